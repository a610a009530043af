/** Calls to us from a peer that is written by hand, and requests that a phone must know or refuse. */
import assert from "node:assert/strict";
import { description, Phone, type PhoneOptions } from "./phone.ts";
import { type RawMessage, RawPeer, type RequestOptions, sdp } from "./raw_peer.ts";

interface Scene {
  phone: Phone;
  peer: RawPeer;
  port: number;
}

async function withPeer(
  run: (scene: Scene) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const peer = await RawPeer.open();
  const phone = await Phone.listening(options);
  try {
    await run({ phone, peer, port: Number(phone.at.split(":")[1]) });
  } finally {
    for (const bye of peer.received.filter((message) => message.kind === "BYE")) {
      peer.reply(bye, 200);
    }
    peer.obliging.add("BYE");
    await phone.stop();
    await peer.close();
  }
}

/** An answered call: the peer called, the phone accepted, the ACK came. */
async function answered(
  { phone, peer, port }: Scene,
  options: RequestOptions = {},
): Promise<{ call: string; invite: RawMessage; ok: RawMessage }> {
  const invite = peer.request("INVITE", port, { body: sdp(6000), ...options });
  const { call } = await phone.next("IncomingCall");
  phone.do({ type: "SendAccept", call, description: description(5000) });
  const ok = await peer.next("200", "INVITE");
  peer.inDialog("ACK", invite, ok, { cseq: options.cseq ?? 1 });
  await phone.next("CallConfirmed");
  return { call, invite, ok };
}

Deno.test("an answer has what RFC 3261 §13.3.1.4 wants, and a reachable Contact", async () => {
  await withPeer(async (scene) => {
    const { ok } = await answered(scene, {
      headers: ["Record-Route: <sip:p2;lr>", "Record-Route: <sip:p1;lr>"],
    });
    assert.deepEqual(ok.headers("record-route"), ["<sip:p2;lr>", "<sip:p1;lr>"]);
    assert.equal(ok.contact, `sip:alice@${scene.phone.at}`);
    assert.match(ok.header("allow"), /UPDATE/);
    assert.ok(!/REGISTER|MESSAGE|SUBSCRIBE/.test(ok.header("allow")));
    assert.match(ok.header("supported"), /100rel.*replaces.*timer/);
    assert.match(ok.tag("to"), /^[0-9a-f]{24}$/);
    assert.match(ok.body, /c=IN IP4 127\.0\.0\.1/);
  });
});

Deno.test("an answer says who answers and what else was asked for; line ends are no way in", async () => {
  for (const [server, header] of [["", "asserted"], ["registrar.test", "preferred"]]) {
    await withPeer(async ({ phone, peer, port }) => {
      peer.request("INVITE", port, { body: sdp(6000) });
      const { call } = await phone.next("IncomingCall");
      const accept = { type: "SendAccept", call, description: description(5000) } as const;
      const evil = "x\r\nEvil: 1";
      phone.do({ ...accept, headers: [{ name: "X-Queue", value: evil }] });
      phone.do({ ...accept, from: { uri: "sip:a@b", displayName: evil } });
      phone.do({ ...accept, from: { uri: evil } });
      phone.do({
        ...accept,
        from: { uri: "sip:desk@example.test", displayName: 'The "Desk"' },
        headers: [{ name: "X-Queue", value: "sales" }],
      });
      const ok = await peer.next("200", "INVITE");
      assert.equal(ok.header("x-queue"), "sales");
      const word = ok.header(`p-${header}-identity`);
      assert.equal(word, String.raw`"The \"Desk\"" <sip:desk@example.test>`);
      assert.equal(ok.header("evil"), "");
    }, { account: { server } });
  }
});

Deno.test("a refusal carries the headers that were asked for", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    const headers = [{ name: "Retry-After", value: "60" }];
    phone.do({ type: "SendReject", call, status: 480, headers });
    assert.equal((await peer.next("480", "INVITE")).header("retry-after"), "60");
  });
});

Deno.test("a CANCEL ends the ringing; its Reason says whether another phone answered", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    for (const [reason, elsewhere] of [["", false], ['SIP;cause=200;text="x"', true]] as const) {
      const invite = peer.request("INVITE", port, { body: sdp(6000) });
      await phone.next("IncomingCall");
      peer.request("CANCEL", port, {
        branch: /branch=([^;]+)/.exec(invite.header("via"))![1],
        from: invite.header("from"),
        callId: invite.header("call-id"),
        headers: reason === "" ? [] : [`Reason: ${reason}`],
      });
      await peer.next("200", "CANCEL");
      await peer.next("487", "INVITE");
      assert.equal((await phone.next("CallCancelled")).elsewhere, elsewhere);
    }
  });
});

Deno.test("tel: URIs may stand in From, To, Contact-less identity and the request URI", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      uri: "tel:+4930555",
      from: '"Ann" <tel:+4930123;phone-context=x>;tag=a',
      to: "<tel:+4930555>",
      body: sdp(6000),
    });
    const call = await phone.next("IncomingCall");
    assert.deepEqual(call.from, { uri: "tel:+4930123;phone-context=x", displayName: "Ann" });
    assert.equal(call.to.uri, "tel:+4930555");
    phone.do({ type: "SendReject", call: call.call, status: 486 });
    assert.match((await peer.next("486")).header("from"), /tel:\+4930123/);
  });
});

Deno.test("P-Asserted-Identity and Remote-Party-ID name the caller before From", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    for (const header of ["P-Asserted-Identity", "Remote-Party-ID"]) {
      peer.request("INVITE", port, {
        from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a',
        headers: [`${header}: "Real" <sip:real@h>;party=calling`],
        body: sdp(6000),
      });
      const { from, call } = await phone.next("IncomingCall");
      assert.deepEqual(from, { uri: "sip:real@h", displayName: "Real" });
      phone.do({ type: "SendReject", call, status: 480 });
    }
  });
});

Deno.test("sips: request URIs are taken", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { uri: "sips:alice@127.0.0.1", body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendReject", call, status: 603, reason: "Not\r\nnow" });
    assert.equal((await peer.next("603")).startLine, "SIP/2.0 603 Decline");
  });
});

Deno.test("automatic answer is asked for in several ways", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const table: [string, number | undefined][] = [
      ["Call-Info: <sip:x>;answer-after=2", 2],
      ["Alert-Info: <http://x>;info=alert-autoanswer;delay=0", 0],
      ["Alert-Info: info=alert-autoanswer", 0],
      ["Answer-Mode: Auto", 0],
      ["Alert-Info: <http://x/bellcore-dr2>", undefined],
    ];
    for (const [header, seconds] of table) {
      peer.request("INVITE", port, { headers: [header], body: sdp(6000) });
      const { call, autoAnswerAfter } = await phone.next("IncomingCall");
      assert.equal(autoAnswerAfter, seconds, header);
      phone.do({ type: "SendReject", call, status: 480 });
    }
  });
});

Deno.test("an unknown Require is refused with 420 and Unsupported", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      headers: ["Require: 100rel, nothingSupportsThis", "Require: nor-this"],
      body: sdp(6000),
    });
    const refusal = await peer.next("420");
    assert.equal(refusal.header("unsupported"), "nothingsupportsthis, nor-this");
    assert.equal(phone.inputs.length, 0);
  });
});

Deno.test("descriptions that cannot be taken are refused: 415, 488, 400", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Content-Type: text/plain"], body: "hello" });
    assert.match((await peer.next("415")).header("accept"), /application\/sdp/);
    peer.request("INVITE", port, { body: sdp(6000).replace("audio", "video") });
    await peer.next("488");
    peer.request("INVITE", port, { body: "v=0\r\nm=audio x\r\n" });
    await peer.next("400");
    assert.equal(phone.inputs.length, 0);
  });
});

Deno.test("a description among other parts is taken", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      headers: ["Content-Type: multipart/mixed;boundary=b"],
      body: `--b\r\nContent-Type: application/sdp\r\n\r\n${sdp(6000)}--b\r\n` +
        "Content-Type: application/isup\r\n\r\nxyz\r\n--b--\r\n",
    });
    const { call, offer } = await phone.next("IncomingCall");
    assert.equal(offer?.port, 6000);
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
  });
});

Deno.test("OPTIONS is answered for any user, alone and in a call", async () => {
  await withPeer(async (scene) => {
    const { peer, port } = scene;
    peer.request("OPTIONS", port, { uri: `sip:nobody@127.0.0.1:${port}`, contact: null });
    const ok = await peer.next("200", "OPTIONS");
    for (const name of ["allow", "accept", "supported"]) assert.notEqual(ok.header(name), "", name);
    const { invite, ok: answer } = await answered(scene);
    peer.inDialog("OPTIONS", invite, answer);
    await peer.next("200", "OPTIONS");
  });
});

Deno.test("methods without a use are refused as the RFCs say", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const table: [method: string, status: string, headers?: string[]][] = [
      ["MESSAGE", "405"],
      ["SUBSCRIBE", "405", ["Event: presence"]],
      ["PUBLISH", "405"],
      ["REGISTER", "405"],
      ["FROBNICATE", "405"],
      ["NOTIFY", "489", ["Event: presence", "Subscription-State: active"]],
      ["REFER", "603", ["Refer-To: <sip:x@y>"]],
      ["PRACK", "481", ["RAck: 1 1 INVITE"]],
      ["UPDATE", "481"],
      ["INFO", "481"],
      ["BYE", "481"],
      ["CANCEL", "481"],
    ];
    for (const [method, status, headers = []] of table) {
      peer.request(method, port, { headers });
      const response = await peer.next(status, method);
      if (status === "405") assert.match(response.header("allow"), /INVITE/);
    }
    assert.equal(phone.inputs.length, 0);
  });
});

Deno.test("a merged request is refused with 482, a retransmission is not", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const options = { callId: "merged", from: "<sip:x@y>;tag=m", body: sdp(6000) };
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm1" });
    const { call } = await phone.next("IncomingCall");
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm2" });
    await peer.next("482");
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm1" });
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
    assert.equal(peer.count("482"), 1);
  });
});

Deno.test("100rel: a required 180 and a described 183 are reliable, the 200 waits for PRACK", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const invite = peer.request("INVITE", port, {
      headers: ["Require: 100rel"],
      body: sdp(6000),
    });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 180 });
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    phone.do({ type: "SendAccept", call, description: description(5000) });
    const ringing = await peer.next("180");
    assert.match(ringing.header("require"), /100rel/);
    const rseq = Number(ringing.header("rseq"));
    assert.ok(rseq >= 1);
    // Not acknowledged: sent again.
    assert.equal((await peer.next("180")).header("rseq"), String(rseq));
    peer.inDialog("PRACK", invite, ringing, { headers: ["RAck: 1 1 INVITE"] });
    await peer.next("481", "PRACK");
    peer.inDialog("PRACK", invite, ringing, { cseq: 3, headers: [`RAck: ${rseq} 1 INVITE`] });
    await peer.next("200", "PRACK");
    const early = await peer.next("183");
    assert.equal(Number(early.header("rseq")), rseq + 1);
    assert.match(early.body, /m=audio 5000/);
    assert.equal(peer.count("200"), 1);
    peer.inDialog("PRACK", invite, early, { cseq: 4, headers: [`RAck: ${rseq + 1} 1 INVITE`] });
    await peer.next("200", "PRACK");
    const ok = await peer.next("200", "INVITE");
    peer.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
  });
});

Deno.test("100rel: only supported, a plain 180 is not reliable but early media is", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Supported: 100rel"], body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 180 });
    assert.equal((await peer.next("180")).header("rseq"), "");
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    assert.notEqual((await peer.next("183")).header("rseq"), "");
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
  });
});

Deno.test("a re-INVITE goes to the core; its answer keeps the o= line, raised by one", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok, {
      body: sdp(6000, ["a=sendonly", "m=image 6002 udptl t38"]),
    });
    const { offer } = await phone.next("RemoteOffer");
    assert.equal(offer?.direction, "sendonly");
    phone.do({
      type: "AnswerOffer",
      call,
      description: description(5000, { direction: "recvonly" }),
    });
    const answer = await peer.next("200", "INVITE");
    const origin = (message: RawMessage) => /o=- (\d+) (\d+)/.exec(message.body)!.slice(1);
    const [[id, version], [newId, newVersion]] = [origin(ok), origin(answer)];
    assert.equal(newId, id);
    assert.equal(Number(newVersion), Number(version) + 1);
    assert.match(answer.body, /m=audio 5000[^]*a=recvonly[^]*m=image 0 udptl t38/);
    assert.equal(answer.contact, ok.contact);
    peer.inDialog("ACK", invite, answer, { cseq: 2 });
  });
});

Deno.test("a re-INVITE may be refused, and the call goes on", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok, { body: sdp(6000) });
    await phone.next("RemoteOffer");
    phone.do({ type: "RejectOffer", call, status: 488 });
    peer.inDialog("ACK", invite, await peer.next("488"), { cseq: 2 });
    peer.inDialog("INVITE", invite, ok, { cseq: 3, body: "v=0\r\nnonsense" });
    peer.inDialog("ACK", invite, await peer.next("488"), { cseq: 3 });
    peer.inDialog("BYE", invite, ok, { cseq: 4, headers: ['Reason: Q.850;cause=16;text="Bye"'] });
    await peer.next("200", "BYE");
    const ended = await phone.next("CallEnded");
    assert.deepEqual([ended.by, ended.reason], ["remote", "Bye"]);
  });
});

Deno.test("a re-INVITE without offer gets ours, its ACK the answer", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok);
    assert.equal((await phone.next("RemoteOffer")).offer, null);
    phone.do({ type: "AnswerOffer", call, description: description(5002) });
    const offer = await peer.next("200", "INVITE");
    assert.match(offer.body, /m=audio 5002/);
    peer.inDialog("ACK", invite, offer, { cseq: 2, body: sdp(6002) });
    assert.equal((await phone.next("CallConfirmed")).description?.port, 6002);
  });
});

Deno.test("a caller may change the sound before the answer: in PRACK, then by UPDATE", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const headers = ["Supported: 100rel"];
    const invite = peer.request("INVITE", port, { headers, body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    const early = await peer.next("183");
    const rack = `RAck: ${early.header("rseq")} 1 INVITE`;
    peer.inDialog("UPDATE", invite, early, { cseq: 2, body: sdp(6002) });
    await peer.next("491", "UPDATE");
    peer.inDialog("PRACK", invite, early, { cseq: 3, headers: [rack], body: sdp(6004) });
    assert.equal((await phone.next("RemoteOffer")).offer?.port, 6004);
    phone.do({ type: "AnswerOffer", call, description: description(5000) });
    assert.match((await peer.next("200", "PRACK")).body, /m=audio 5000 /);
    peer.inDialog("UPDATE", invite, early, { cseq: 4, body: sdp(6006) });
    assert.equal((await phone.next("RemoteOffer")).offer?.port, 6006);
    phone.do({ type: "AnswerOffer", call, description: description(5000) });
    assert.match((await peer.next("200", "UPDATE")).body, /m=audio 5000 /);

    // One that nobody has decided when the call is refused is not left open.
    peer.inDialog("UPDATE", invite, early, { cseq: 5, body: sdp(6008) });
    await phone.next("RemoteOffer");
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("487", "UPDATE");
    await peer.next("486", "INVITE");
  });
});

Deno.test("UPDATE: a refresh is answered, an offer goes to the core, one in the ringing is refused", async () => {
  await withPeer(async (scene) => {
    const { phone, peer, port } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("UPDATE", invite, ok, { contact: `sip:moved@${peer.at}` });
    assert.equal((await peer.next("200", "UPDATE")).contact, ok.contact);
    peer.inDialog("UPDATE", invite, ok, { cseq: 3, body: sdp(6000, ["a=inactive"]) });
    assert.equal((await phone.next("RemoteOffer")).offer?.direction, "inactive");
    phone.do({
      type: "AnswerOffer",
      call,
      description: description(5000, { direction: "inactive" }),
    });
    assert.match((await peer.next("200", "UPDATE")).body, /a=inactive/);
    peer.inDialog("UPDATE", invite, ok, { cseq: 2 });
    await peer.next("500", "UPDATE");
    phone.do({ type: "SendBye", call });
    assert.equal((await peer.next("BYE")).uri, `sip:peer@${peer.at}`);

    const second = peer.request("INVITE", port, { body: sdp(6000) });
    const early = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call: early.call, status: 180 });
    const ringing = await peer.next("180");
    peer.inDialog("UPDATE", second, ringing, { body: sdp(6000) });
    await peer.next("491", "UPDATE");
    phone.do({ type: "SendReject", call: early.call, status: 480 });
  });
});

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
    phone.do({ type: "SendAccept", call: incoming.call, description: description(5100) });
    const taken = await peer.next("200", "INVITE");
    peer.inDialog("ACK", second, taken, { cseq: 1 });
    const bye = await peer.next("BYE");
    assert.equal(bye.header("call-id"), invite.header("call-id"));
    peer.reply(bye, 200);
    assert.equal((await phone.next("CallEnded")).call, call);
  });
});

Deno.test("a session interval that is too small is refused, a sound one is agreed on", async () => {
  await withPeer(async (scene) => {
    const { peer, port } = scene;
    peer.request("INVITE", port, {
      headers: ["Supported: timer", "Session-Expires: 30"],
      body: sdp(6000),
    });
    assert.equal((await peer.next("422")).header("min-se"), "90");
    const { ok } = await answered(scene, {
      headers: ["Supported: timer", "Session-Expires: 120"],
    });
    assert.equal(ok.header("session-expires"), "120;refresher=uac");
    assert.match(ok.header("require"), /timer/);
  });
});

Deno.test("redirection of a call by us names the contacts", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    const contacts = ["sip:mobile@example.com", "tel:+49", "no uri\r\nX: 1"];
    phone.do({ type: "SendReject", call, status: 302, contacts });
    const moved = await peer.next("302");
    assert.deepEqual(moved.headers("contact"), ["<sip:mobile@example.com>", "<tel:+49>"]);
  });
});

Deno.test("an INVITE that expires is given up", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Expires: 1"], body: sdp(6000) });
    await phone.next("IncomingCall");
    await peer.next("487");
    assert.equal((await phone.next("CallCancelled")).elsewhere, false);
  });
});

Deno.test("a phone with an account takes calls for its own user only, from strangers", async () => {
  const registrar = await RawPeer.open();
  const options = { account: { server: registrar.at } };
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { uri: `sip:100@127.0.0.1:${port}`, body: sdp(6000) });
    await peer.next("404");
    peer.request("INVITE", port, { body: sdp(6000) });
    await phone.next("IncomingCall");
  }, options);
  await registrar.close();
});
