/** Digits of ours by INFO: one after the other, in the body that the peer takes, and what it refuses. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { type RawMessage, sdp } from "./raw_peer.ts";
import { dialled, type Scene, withPeer } from "./with_peer.ts";

/** A call, and its digits on their way. */
async function pressing(scene: Pick<Scene, "phone" | "peer">, digits: string, call = "c") {
  await dialled(scene, call);
  scene.phone.do({ type: "SendInfoDigits", call, digits, durationMs: 100 });
}

function said(info: RawMessage): string {
  return `${info.header("content-type")}: ${info.body.replaceAll("\r\n", " ").trim()}`;
}

const relay = (digit: string) => `application/dtmf-relay: Signal=${digit} Duration=100`;

Deno.test("digits wait for the one before, its length and the pauses", async () => {
  const clock = new VirtualClock();
  await withPeer(async ({ phone, peer }) => {
    await pressing({ phone, peer }, "1w2");
    const first = await peer.next("INFO");
    assert.equal(said(first), relay("1"));
    peer.reply(first, 200);
    await phone.next("InfoDigitTaken");
    clock.advance(179 + 1_000);
    assert.equal(peer.count("INFO"), 1);
    clock.advance(1);
    const second = await peer.next("INFO");
    assert.equal(said(second), relay("2"));
    peer.reply(second, 200);
    await phone.next("InfoDigitTaken");
    clock.advance(180);
    assert.equal((await phone.next("InfoDigitsSent")).digits, "1w2");
  }, { clock });
});

Deno.test("a peer that knows the plain body only gets that, also in the next call", async () => {
  await withPeer(async ({ phone, peer }) => {
    await pressing({ phone, peer }, "*");
    peer.reply(await peer.next("INFO"), 415);
    const plain = await peer.next("INFO");
    assert.equal(said(plain), "application/dtmf: *");
    peer.reply(plain, 200);
    assert.equal((await phone.next("InfoDigitsSent")).digits, "*");
    await pressing({ phone, peer }, "#", "d");
    const next = await peer.next("INFO");
    assert.equal(said(next), "application/dtmf: #");
    peer.reply(next, 200);
    await phone.next("InfoDigitsSent");
  });
});

for (const status of [415, 501, 405, 488, 603]) {
  Deno.test(`digits that are refused with ${status} are told, and all that is left`, async () => {
    await withPeer(async ({ phone, peer }) => {
      await pressing({ phone, peer }, "12");
      phone.do({ type: "SendInfoDigits", call: "c", digits: "3", durationMs: 50 });
      peer.reply(await peer.next("INFO"), 200);
      await phone.next("InfoDigitTaken");
      for (let tries = status === 415 ? 2 : 1; tries > 0; tries--) {
        peer.reply(await peer.next("INFO"), status);
      }
      const refused = [
        await phone.next("InfoDigitsRefused"),
        await phone.next("InfoDigitsRefused"),
      ];
      assert.deepEqual(refused.map((each) => [each.digits, each.durationMs, each.status]), [
        ["2", 100, status],
        ["3", 50, status],
      ]);
    });
  });
}

Deno.test("481 to a digit is a refusal; whether the call is there, OPTIONS tells", async () => {
  await withPeer(async ({ phone, peer }) => {
    await pressing({ phone, peer }, "1");
    peer.reply(await peer.next("INFO"), 481);
    assert.equal((await phone.next("InfoDigitsRefused")).status, 481);
    peer.reply(await peer.next("OPTIONS"), 200);
    assert.equal((await phone.next("DialogAnswered")).verdict, "there");
  });
});

Deno.test("a peer that answers no INFO is not waited for; its late answer says nothing", async () => {
  const clock = new VirtualClock();
  await withPeer(async ({ phone, peer }) => {
    await pressing({ phone, peer }, "1");
    const info = await peer.next("INFO");
    clock.advance(4_000);
    assert.equal((await phone.next("InfoDigitsRefused")).status, 0);
    peer.reply(info, 200);
    phone.do({ type: "SendInfoDigits", call: "c", digits: "2", durationMs: 100 });
    peer.script = (message) => {
      if (message.body.includes("Signal=2")) peer.reply(message, 200);
    };
    assert.equal((await phone.next("InfoDigitTaken")).digit, "2");
  }, { clock });
});

Deno.test("a peer whose Allow has no INFO gets none", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const headers = ["Allow: INVITE, ACK, BYE"];
    peer.reply(await peer.next("INVITE"), 200, { tag: "peer", body: sdp(7000), headers });
    await phone.next("CallAccepted");
    phone.do({ type: "SendInfoDigits", call: "c", digits: "1", durationMs: 100 });
    assert.equal((await phone.next("InfoDigitsRefused")).status, 405);
    assert.equal(peer.count("INFO"), 0);
  });
});
