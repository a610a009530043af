/** Whole calls between two of our user agents over UDP on loopback. */
import assert from "node:assert/strict";
import { description, Phone } from "./phone.ts";

/** Two phones on loopback; both are stopped after `run`. */
async function withPhones(run: (alice: Phone, bob: Phone) => Promise<void>): Promise<void> {
  const alice = await Phone.listening();
  const bob = await Phone.listening({ account: { user: "bob" } });
  try {
    await run(alice, bob);
  } finally {
    await Promise.all([alice.stop(), bob.stop()]);
  }
}

Deno.test("a call is offered, answered, confirmed and ended", async () => {
  await withPhones(async (alice, bob) => {
    alice.dial("c1", `sip:bob@${bob.at}`);
    const incoming = await bob.next("IncomingCall");
    assert.equal(incoming.offer?.port, 4000);
    assert.equal(incoming.offer?.address, "127.0.0.1");
    assert.equal(incoming.transport, "udp");
    assert.match(incoming.from.uri, /^sip:alice@127\.0\.0\.1/);
    bob.do({ type: "SendProgress", call: incoming.call, status: 180 });
    const progress = await alice.next("CallProgress");
    assert.equal(progress.status, 180);
    bob.do({ type: "SendAccept", call: incoming.call, description: description(5000) });
    const accepted = await alice.next("CallAccepted");
    assert.equal(accepted.description?.port, 5000);
    assert.equal(accepted.isOffer, false);
    assert.equal(accepted.sipCallId, incoming.sipCallId);
    await bob.next("CallConfirmed");
    alice.do({ type: "SendBye", call: "c1" });
    assert.equal((await bob.next("CallEnded")).by, "remote");
    assert.equal((await alice.next("CallEnded")).by, "local");
  });
});
