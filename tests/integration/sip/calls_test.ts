/** Whole calls between two of our user agents on loopback. */
import assert from "node:assert/strict";
import type { TraceRecord } from "../../../src/sip/message/trace.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description, PCMA, Phone, type PhoneOptions } from "./phone.ts";

interface Scene {
  alice: Phone;
  bob: Phone;
}

/** Two phones on loopback; both are stopped after `run`. */
async function withPhones(
  run: (scene: Scene) => Promise<void>,
  options: { alice?: PhoneOptions; bob?: PhoneOptions; transport?: "udp" | "tcp" } = {},
): Promise<void> {
  const alice = await Phone.listening(options.alice, options.transport);
  const bob = await Phone.listening(
    { account: { user: "bob" }, ...options.bob },
    options.transport,
  );
  try {
    await run({ alice, bob });
  } finally {
    await Promise.all([alice.stop(), bob.stop()]);
  }
}

/** Alice calls Bob, who answers. Returns Bob's id of the call; Alice's is `c`. */
async function answered({ alice, bob }: Scene): Promise<string> {
  alice.dial("c", `sip:bob@${bob.at}`);
  const { call } = await bob.next("IncomingCall");
  bob.do({ type: "SendAccept", call, description: description(5000) });
  await alice.next("CallAccepted");
  await bob.next("CallConfirmed");
  return call;
}

async function hangUp(ending: Phone, call: string, other: Phone): Promise<void> {
  ending.do({ type: "SendBye", call });
  assert.equal((await other.next("CallEnded")).by, "remote");
  assert.equal((await ending.next("CallEnded")).by, "local");
}

Deno.test("a call is offered, answered, confirmed and ended", async () => {
  await withPhones(async ({ alice, bob }) => {
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
    await hangUp(alice, "c1", bob);
  });
});

Deno.test("the callee may end the call, over TCP too", async () => {
  for (const transport of ["udp", "tcp"] as const) {
    await withPhones(async (scene) => {
      const { alice, bob } = scene;
      const parameter = transport === "tcp" ? ";transport=tcp" : "";
      alice.dial("c", `sip:bob@${bob.at}${parameter}`);
      const { call, transport: used } = await bob.next("IncomingCall");
      assert.equal(used, transport);
      bob.do({ type: "SendAccept", call, description: description(5000) });
      await bob.next("CallConfirmed");
      await hangUp(bob, call, alice);
    }, { transport });
  }
});

Deno.test("over IPv6 the description and the Contact have the address of the flow", async () => {
  const alice = new Phone({ transport: { bind: { host: "::1" } } });
  const bob = new Phone({ account: { user: "bob" }, transport: { bind: { host: "::1" } } });
  try {
    const { port } = await bob.agent.listen("udp", { host: "::1", port: 0 });
    alice.dial("c", `sip:bob@[::1]:${port}`);
    const { call, offer, from } = await bob.next("IncomingCall");
    assert.equal(offer?.address, "::1");
    assert.match(from.uri, /^sip:alice@\[::1\]:\d+$/);
    bob.do({ type: "SendAccept", call, description: description(5000) });
    assert.equal((await alice.next("CallAccepted")).description?.address, "::1");
    await bob.next("CallConfirmed");
    await hangUp(alice, "c", bob);
  } finally {
    await Promise.all([alice.stop(), bob.stop()]);
  }
});

Deno.test("early media is acknowledged and settles the call before its answer", async () => {
  await withPhones(async ({ alice, bob }) => {
    alice.dial("c", `sip:bob@${bob.at}`);
    const { call } = await bob.next("IncomingCall");
    bob.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    assert.equal((await alice.next("CallProgress")).description?.port, 5000);
    bob.do({ type: "SendAccept", call, description: description(5000) });
    assert.equal((await alice.next("CallAccepted")).description?.port, 5000);
    await bob.next("CallConfirmed");
    await hangUp(alice, "c", bob);
  });
});

Deno.test("an offer that is delayed comes with the 200, its answer with the ACK", async () => {
  await withPhones(async ({ alice, bob }) => {
    alice.dial("c", `sip:bob@${bob.at}`, { offer: null });
    const { call, offer } = await bob.next("IncomingCall");
    assert.equal(offer, null);
    bob.do({ type: "SendAccept", call, description: description(5000) });
    const accepted = await alice.next("CallAccepted");
    assert.deepEqual([accepted.isOffer, accepted.description?.port], [true, 5000]);
    const answer = description(4000, { formats: [PCMA] });
    alice.do({ type: "AnswerOffer", call: "c", description: answer });
    const confirmed = await bob.next("CallConfirmed");
    assert.deepEqual(confirmed.description?.formats, [PCMA]);
  });
});

Deno.test("hold and resume, from both sides, and a refused one", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    const call = await answered(scene);
    const sides = [[alice, "c", bob, call], [bob, call, alice, "c"]] as const;
    for (const [one, own, other, theirs] of sides) {
      one.do({
        type: "SendReinvite",
        call: own,
        offer: description(4000, { direction: "sendonly" }),
      });
      const { offer } = await other.next("RemoteOffer");
      assert.equal(offer?.direction, "sendonly");
      other.do({
        type: "AnswerOffer",
        call: theirs,
        description: description(5000, { direction: "recvonly" }),
      });
      assert.equal((await one.next("OfferAccepted")).description.direction, "recvonly");
    }
    alice.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    await bob.next("RemoteOffer");
    bob.do({ type: "RejectOffer", call, status: 488 });
    assert.equal((await alice.next("OfferRejected")).status, 488);
    await hangUp(alice, "c", bob);
  });
});

Deno.test("a re-INVITE without offer asks the other side for one", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    const call = await answered(scene);
    alice.do({ type: "SendReinvite", call: "c", offer: null });
    assert.equal((await bob.next("RemoteOffer")).offer, null);
    bob.do({ type: "AnswerOffer", call, description: description(5002) });
    assert.equal((await alice.next("RemoteOffer")).offer?.port, 5002);
    alice.do({ type: "AnswerOffer", call: "c", description: description(4002) });
    assert.equal((await bob.next("CallConfirmed")).description?.port, 4002);
  });
});

Deno.test("offers that cross are refused with 491 on both sides, and may be made again", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    const call = await answered(scene);
    alice.do({ type: "SendReinvite", call: "c", offer: description(4002) });
    bob.do({ type: "SendReinvite", call, offer: description(5002) });
    assert.equal((await alice.next("OfferRejected")).status, 491);
    assert.equal((await bob.next("OfferRejected")).status, 491);
    bob.do({ type: "SendReinvite", call, offer: description(5004) });
    assert.equal((await alice.next("RemoteOffer")).offer?.port, 5004);
    alice.do({ type: "AnswerOffer", call: "c", description: description(4004) });
    assert.equal((await bob.next("OfferAccepted")).description.port, 4004);
  });
});

Deno.test("a second offer of ours waits for the first", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    const call = await answered(scene);
    alice.do({ type: "SendReinvite", call: "c", offer: description(4002) });
    alice.do({ type: "SendReinvite", call: "c", offer: description(4004) });
    for (const port of [4002, 4004]) {
      assert.equal((await bob.next("RemoteOffer")).offer?.port, port);
      bob.do({ type: "AnswerOffer", call, description: description(5000) });
      await alice.next("OfferAccepted");
    }
  });
});

Deno.test("a call is given up while it rings, and refused with a reason", async () => {
  await withPhones(async ({ alice, bob }) => {
    alice.dial("c", `sip:bob@${bob.at}`);
    const { call } = await bob.next("IncomingCall");
    bob.do({ type: "SendProgress", call, status: 180 });
    await alice.next("CallProgress");
    alice.do({ type: "SendCancel", call: "c" });
    assert.equal((await bob.next("CallCancelled")).elsewhere, false);
    assert.equal((await alice.next("CallRejected")).status, 487);
    alice.dial("d", `sip:bob@${bob.at}`);
    const second = await bob.next("IncomingCall");
    bob.do({ type: "SendReject", call: second.call, status: 486, reason: "In a meeting" });
    const rejected = await alice.next("CallRejected");
    assert.deepEqual([rejected.status, rejected.reason], [486, "In a meeting"]);
  });
});

Deno.test("digits go by INFO, with the length of each", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    await answered(scene);
    alice.do({ type: "SendInfoDigits", call: "c", digits: "#1", durationMs: 120 });
    for (const expected of "#1") {
      const digit = await bob.next("InfoDigit");
      assert.deepEqual([digit.digit, digit.durationMs], [expected, 120]);
    }
    assert.equal((await alice.next("InfoDigitsSent")).digits, "#1");
  });
});

Deno.test("a refused transfer is told; one without the other call is not even asked for", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    const call = await answered(scene);
    alice.do({ type: "SendRefer", call: "c", target: "sip:carol@example.com" });
    await bob.next("ReferReceived");
    bob.do({ type: "AnswerRefer", call, status: 603 });
    assert.equal((await alice.next("ReferProgress")).status, 603);
    alice.do({ type: "SendRefer", call: "c", target: "sip:carol@example.com", replaces: "x" });
    assert.equal((await alice.next("ReferProgress")).status, 400);
  });
});

Deno.test("calling one's own phone works", async () => {
  await withPhones(async ({ alice }) => {
    alice.dial("c", `sip:alice@${alice.at}`);
    const { call } = await alice.next("IncomingCall");
    alice.do({ type: "SendAccept", call, description: description(5000) });
    await alice.next("CallConfirmed");
    const kinds = () => new Set(alice.inputs.map((input) => input.type));
    assert.ok(kinds().has("CallAccepted"));
    alice.do({ type: "SendBye", call: "c" });
    await alice.next("CallEnded");
    await alice.next("CallEnded");
  });
});

Deno.test("stopping ends the calls", async () => {
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    await answered(scene);
    alice.dial("d", `sip:bob@${bob.at}`);
    await bob.next("IncomingCall");
    bob.do({
      type: "SendProgress",
      call: bob.inputs.filter((i) => i.type === "IncomingCall")[1].call,
      status: 180,
    });
    await alice.next("CallProgress");
    await alice.stop();
    await bob.next("CallEnded");
    assert.ok(bob.inputs.some((input) => input.type === "CallCancelled"));
  });
});

Deno.test("the session timer refreshes by UPDATE, and ends a call that nobody refreshes", async () => {
  const aliceClock = new VirtualClock();
  const bobClock = new VirtualClock();
  const refreshed = Promise.withResolvers<void>();
  const trace = ({ direction, text }: TraceRecord) => {
    const agreed = /^SIP\/2\.0 200 [^]*^CSeq: \d+ UPDATE/m.test(text);
    if (direction === "out" && agreed) refreshed.resolve();
  };
  await withPhones(async (scene) => {
    const { alice, bob } = scene;
    await answered(scene);
    bobClock.advance(1_000_000);
    // Alice, the caller, refreshes at half of 1800 s.
    aliceClock.advance(901_000);
    await refreshed.promise;
    bobClock.advance(1_000_000);
    assert.ok(!bob.inputs.some((input) => input.type === "CallEnded"));
    bobClock.advance(1_000_000);
    const ended = await bob.next("CallEnded");
    assert.equal(ended.error?.code, "unreachable");
    await alice.next("CallEnded");
  }, {
    alice: { clock: aliceClock },
    bob: { clock: bobClock, account: { user: "bob" }, transport: { trace } },
  });
});
