/** Calls of ours that are given up: what crosses the CANCEL, and peers that never say a word. */
import assert from "node:assert/strict";
import { sdp } from "./raw_peer.ts";
import { withPeer } from "./with_peer.ts";

Deno.test("a CANCEL waits for the first provisional response", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    phone.do({ type: "SendCancel", call: "c" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("CANCEL"), 0);
    peer.reply(invite, 180);
    const cancel = await peer.next("CANCEL");
    for (const name of ["via", "from", "call-id"]) {
      const strip = (value: string) => value.replace(/;rport=\d+|;received=[^;]+/g, "");
      assert.equal(strip(cancel.header(name)), strip(invite.header(name)));
    }
    assert.equal(cancel.header("cseq"), "1 CANCEL");
    assert.equal(cancel.uri, invite.uri);
    peer.reply(cancel, 200);
    peer.reply(invite, 487);
    await peer.next("ACK");
    assert.equal((await phone.next("CallRejected")).status, 487);
  });
});

Deno.test("a 200 that crosses a CANCEL gets ACK and BYE", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 180);
    await phone.next("CallProgress");
    phone.do({ type: "SendCancel", call: "c" });
    peer.reply(invite, 200, { body: sdp(7000) });
    await peer.next("CANCEL");
    await peer.next("ACK");
    peer.reply(await peer.next("BYE"), 200);
    assert.equal((await phone.next("CallRejected")).status, 487);
  });
});

Deno.test("of a silent peer the core hears after a second; a late ringing is cancelled all the same", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:bob@${peer.at}`);
    const invite = await peer.next("INVITE");
    const asked = performance.now();
    phone.do({ type: "SendCancel", call: "c" });
    const rejected = await phone.next("CallRejected");
    assert.ok(performance.now() - asked < 2_500);
    assert.deepEqual([rejected.status, rejected.error.code], [0, "unreachable"]);
    assert.equal(rejected.error.message, `nothing answers at ${peer.at} over udp`);
    assert.equal(peer.count("CANCEL"), 0);
    peer.reply(invite, 180);
    const cancel = await peer.next("CANCEL");
    peer.reply(cancel, 200);
    peer.reply(invite, 487);
    await peer.next("ACK");
    assert.equal(phone.inputs.filter(({ type }) => type === "CallRejected").length, 1);
  });
});
