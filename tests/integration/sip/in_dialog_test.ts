/** What comes in an answered call: hanging up, digits, transfers either way, dialogs that are lost. */
import assert from "node:assert/strict";
import { Timers } from "sip.js/lib/core/index.js";
import { systemClock } from "../../../src/sip/transport/flow/clock.ts";
import { description } from "./phone.ts";
import { type RawMessage, sdp } from "./raw_peer.ts";
import { answered, dialled, type Scene, withPeer } from "./with_peer.ts";

Deno.test("hanging up before the ACK waits for it", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const invite = peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendAccept", call, description: description(5000) });
    phone.do({ type: "SendBye", call });
    const ok = await peer.next("200", "INVITE");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("BYE"), 0);
    peer.inDialog("ACK", invite, ok, { cseq: 1 });
    peer.reply(await peer.next("BYE"), 200);
    assert.equal((await phone.next("CallEnded")).by, "local");
  });
});

Deno.test("digits by INFO come in, other INFO is answered", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { invite, ok } = await answered(scene);
    const send = (cseq: number, type: string, body: string) =>
      peer.inDialog("INFO", invite, ok, { cseq, headers: [`Content-Type: ${type}`], body });
    send(2, "application/dtmf-relay", "Signal= 5\r\nDuration= 250\r\n");
    const digit = await phone.next("InfoDigit");
    assert.deepEqual([digit.digit, digit.durationMs], ["5", 250]);
    send(3, "application/dtmf", "*");
    assert.equal((await phone.next("InfoDigit")).digit, "*");
    await peer.next("200", "INFO");
    await peer.next("200", "INFO");
    send(4, "application/x-other", "x");
    await peer.next("415", "INFO");
    peer.inDialog("INFO", invite, ok, { cseq: 5 });
    await peer.next("200", "INFO");
  });
});

Deno.test("digits by INFO as fast as packets are answered, and few of them count", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { invite, ok } = await answered(scene);
    for (let cseq = 2; cseq < 202; cseq++) {
      const headers = ["Content-Type: application/dtmf-relay"];
      peer.inDialog("INFO", invite, ok, { cseq, headers, body: "Signal=1\r\nDuration=100\r\n" });
      await peer.next("200", "INFO");
    }
    assert.equal(phone.inputs.filter(({ type }) => type === "InfoDigit").length, 40);
  }, { clock: { ...systemClock, now: () => 1_000_000 } });
});

Deno.test("a transfer by the peer is told, taken or declined; its progress is sent", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    const refer = (cseq: number, value: string) =>
      peer.inDialog("REFER", invite, ok, { cseq, headers: [`Refer-To: ${value}`] });
    refer(2, "nobody");
    await peer.next("400", "REFER");
    refer(3, "<tel:+49>");
    assert.equal((await phone.next("ReferReceived")).target, "tel:+49");
    refer(4, "<sip:carol@example.com>");
    await peer.next("491", "REFER");
    phone.do({ type: "AnswerRefer", call, status: 603 });
    await peer.next("603", "REFER");
    refer(5, "<sip:carol@example.com?Subject=x>;method=INVITE");
    assert.equal((await phone.next("ReferReceived")).target, "sip:carol@example.com");
    phone.do({ type: "AnswerRefer", call, status: 202 });
    assert.match((await peer.next("202", "REFER")).contact, /^sip:/);
    peer.obliging.add("NOTIFY");
    for (const [status, state] of [[180, "active;expires=120"], [200, "terminated"]] as const) {
      phone.do({ type: "SendReferStatus", call, status, reason: "So" });
      const notify = await peer.next("NOTIFY");
      assert.equal(notify.header("event"), "refer;id=5");
      assert.equal(notify.header("content-type"), "message/sipfrag;version=2.0");
      assert.ok(notify.header("subscription-state").startsWith(state));
      assert.equal(notify.body, `SIP/2.0 ${status} So\r\n`);
    }
    refer(6, "<sip:carol@example.com;method=BYE>");
    await peer.next("400", "REFER");

    // An attended transfer, by one who wants no news.
    const value = "Refer-To: <sip:carol@example.com?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>";
    const headers = [value, "Referred-By: <sip:bob@example.com>", "Refer-Sub: false"];
    peer.inDialog("REFER", invite, ok, { cseq: 7, headers });
    const attended = await phone.next("ReferReceived");
    assert.equal(attended.replaces, "x@y;to-tag=1;from-tag=2");
    assert.equal(attended.referredBy, "<sip:bob@example.com>");
    phone.do({ type: "AnswerRefer", call, status: 202 });
    assert.equal((await peer.next("202", "REFER")).header("refer-sub"), "false");
    const notified = peer.count("NOTIFY");
    phone.do({ type: "SendReferStatus", call, status: 200, reason: "OK" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("NOTIFY"), notified);

    const bad = "Refer-To: <sip:carol@example.com?Replaces=x%0D%0AInjected%3A%201>";
    peer.inDialog("REFER", invite, ok, { cseq: 8, headers: [bad] });
    assert.equal((await phone.next("ReferReceived")).replaces, undefined);
  });
});

Deno.test("a transfer to what cannot be called is refused at once", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { invite, ok } = await answered(scene);
    const rows = [
      ["<mailto:carol@example.com>", "416"],
      ["<http://example.com/>", "416"],
      ["HTTPS://example.com/a", "416"],
      ["<xmpp:carol@example.com>", "416"],
      ["<urn:service:sos>", "416"],
      ["<sip:>", "400"],
      ["<sip:carol@>", "400"],
      ["<tel:carol>", "400"],
      ["<>", "400"],
      ["", "400"],
      ["<sip:a@example.com>, <sip:b@example.com>", "400"],
      [";;;", "400"],
    ] as const;
    let cseq = 2;
    for (const [value, status] of rows) {
      peer.inDialog("REFER", invite, ok, { cseq: cseq++, headers: [`Refer-To: ${value}`] });
      const answer = (await peer.next(status, "REFER").catch((error) => error)) as Error;
      assert.ok(!(answer instanceof Error), `${value}: ${answer.message}`);
    }
    assert.equal(phone.inputs.filter(({ type }) => type === "ReferReceived").length, 0);
    // It is no transfer that waits for an answer: the next one is asked for.
    peer.inDialog("REFER", invite, ok, { cseq, headers: ["Refer-To: <sips:c@example.com>"] });
    assert.equal((await phone.next("ReferReceived")).target, "sips:c@example.com");
  });
});

Deno.test("foreign events are refused", async () => {
  await withPeer(async (scene) => {
    const { peer } = scene;
    const { invite, ok } = await answered(scene);
    peer.inDialog("NOTIFY", invite, ok, { cseq: 3, headers: ["Event: presence"] });
    await peer.next("489", "NOTIFY");
  });
});

Deno.test("Replaces takes the place of a call; without such a call it gets 481", async () => {
  await withPeer(async (scene) => {
    const { phone, peer, port } = scene;
    const { call, invite, ok } = await answered(scene);
    const replaces = (toTag: string, more = "") =>
      `Replaces: ${invite.header("call-id")};to-tag=${toTag};from-tag=${invite.tag("from")}${more}`;
    peer.request("INVITE", port, { headers: [replaces("wrong")], body: sdp(6000) });
    await peer.next("481");
    peer.request("INVITE", port, {
      headers: [replaces(ok.tag("to"), ";early-only")],
      body: sdp(6000),
    });
    await peer.next("486");
    const second = peer.request("INVITE", port, {
      headers: [replaces(ok.tag("to"))],
      body: sdp(6100),
    });
    const incoming = await phone.next("IncomingCall");
    assert.equal(incoming.autoAnswerAfter, 0);
    assert.equal(incoming.replaces, call);
    phone.do({ type: "SendAccept", call: incoming.call, description: description(5100) });
    const taken = await peer.next("200", "INVITE");
    peer.inDialog("ACK", second, taken, { cseq: 1 });
    const bye = await peer.next("BYE");
    assert.equal(bye.header("call-id"), invite.header("call-id"));
    peer.reply(bye, 200);
    assert.equal((await phone.next("CallEnded")).call, call);
  });
});

Deno.test("a transfer tells its progress from NOTIFYs", async () => {
  await withPeer(async ({ phone, peer }) => {
    const invite = await dialled({ phone, peer }, "c");
    phone.do({ type: "SendRefer", call: "c", target: "tel:+4930;isub=1" });
    const refer = await peer.next("REFER");
    assert.equal(refer.header("refer-to"), "<tel:+4930;isub=1>");
    assert.match(refer.header("referred-by"), /^<sip:alice@/);
    peer.reply(refer, 202);
    assert.equal((await phone.next("ReferProgress")).status, 100);
    const notify = (cseq: number, body: string, state: string) =>
      peer.inDialogOf("NOTIFY", invite, {
        cseq,
        headers: [
          "Event: refer;id=2",
          `Subscription-State: ${state}`,
          "Content-Type: message/sipfrag;version=2.0",
        ],
        body,
      });
    notify(1, "SIP/2.0 180 Ringing", "active;expires=60");
    assert.equal((await phone.next("ReferProgress")).status, 180);
    notify(2, "SIP/2.0 486 Busy Here\r\nX: y\r\n", "terminated;reason=noresource");
    const last = await phone.next("ReferProgress");
    assert.deepEqual([last.status, last.reason], [486, "Busy Here"]);
    notify(3, "nothing", "active");
    await peer.next("400", "NOTIFY");
  });
});

Deno.test("an attended transfer names the dialog that is replaced, as its peer knows it", async () => {
  await withPeer(async ({ phone, peer }) => {
    await dialled({ phone, peer }, "c", "first");
    const second = await dialled({ phone, peer }, "d", "second");
    phone.do({ type: "SendRefer", call: "c", target: "sip:bob@example.com", replaces: "d" });
    const refer = await peer.next("REFER");
    const [, value] = /^<sip:bob@example\.com\?Replaces=([^>]+)>$/.exec(refer.header("refer-to"))!;
    assert.equal(
      decodeURIComponent(value),
      `${second.header("call-id")};to-tag=second;from-tag=${second.tag("from")}`,
    );
    peer.reply(refer, 202);
  });
});

Deno.test("a peer that is asked is there with any answer but 481 and 408", async () => {
  await withPeer(async ({ phone, peer }) => {
    await dialled({ phone, peer }, "c");
    const table: [number, string][] = [
      [200, "there"],
      [405, "there"],
      [501, "there"],
      [481, "gone"],
      [408, "gone"],
    ];
    for (const [status, verdict] of table) {
      phone.do({ type: "AskDialog", call: "c" });
      const options = await peer.next("OPTIONS");
      assert.match(options.header("to"), /;tag=peer/);
      peer.reply(options, status);
      assert.equal((await phone.next("DialogAnswered")).verdict, verdict, String(status));
    }
  });
});

for (
  const [name, shows] of [
    ["sends an INFO", async ({ peer }, invite) => {
      peer.inDialogOf("INFO", invite, { cseq: 1 });
      await peer.next("200", "INFO");
    }],
    ["answers a re-INVITE", async ({ phone, peer }) => {
      phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
      peer.reply(await peer.next("INVITE"), 200, { body: sdp(7000) });
      await peer.next("ACK");
    }],
    ["does nothing", () => Promise.resolve()],
  ] satisfies [string, (scene: Scene, invite: RawMessage) => Promise<void>][]
) {
  Deno.test(`a peer that does not answer when it is asked, and ${name}`, async () => {
    await withPeer(async (scene) => {
      const { phone, peer } = scene;
      const invite = await dialled(scene, "c");
      const timeOut = heldTimeout(() => phone.do({ type: "AskDialog", call: "c" }));
      await peer.next("OPTIONS");
      await shows(scene, invite);
      timeOut();
      const verdict = name === "does nothing" ? "gone" : "there";
      assert.equal((await phone.next("DialogAnswered")).verdict, verdict);
    });
  });
}

/** What happens when the request that `send` sends at once is never answered, to be called by hand. */
function heldTimeout(send: () => void): () => void {
  const { setTimeout } = globalThis;
  let held: (() => void) | undefined;
  const hold = (callback: () => void, ms?: number) => {
    if (ms !== Timers.TIMER_F) return setTimeout(callback, ms);
    held = callback;
    return setTimeout(() => {}, 0);
  };
  globalThis.setTimeout = hold as typeof setTimeout;
  try {
    send();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assert.ok(held !== undefined, "a request was sent");
  return held;
}

Deno.test("a dialog that the peer does not know any more is ended with an error", async () => {
  await withPeer(async ({ phone, peer }) => {
    await dialled({ phone, peer }, "c");
    phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    peer.reply(await peer.next("INVITE"), 481);
    const ended = await phone.next("CallEnded");
    assert.equal(ended.error?.code, "unreachable");
    await peer.next("BYE");
  });
});

Deno.test("a re-INVITE of the peer without ACK does not lock the call", async () => {
  await withPeer(async ({ phone, peer }) => {
    const invite = await dialled({ phone, peer }, "c");
    peer.inDialogOf("INVITE", invite, { cseq: 1, body: sdp(7000, ["a=sendonly"]) });
    await phone.next("RemoteOffer");
    phone.do({ type: "AnswerOffer", call: "c", description: description(4000) });
    const ok = await peer.next("200", "INVITE");
    // Resent until the ACK comes.
    await peer.next("200", "INVITE");
    phone.do({ type: "SendReinvite", call: "c", offer: description(4002) });
    peer.inDialogOf("ACK", invite, { cseq: 1 });
    assert.match((await peer.next("INVITE")).body, /m=audio 4002/);
    assert.notEqual(ok.body, "");
  });
});
