/** ICE in offer and answer: who uses it, with which credentials, and when it starts anew. */
import assert from "node:assert/strict";
import type { LocalIce, MediaDescription } from "../../../src/core/media/mod.ts";
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  createReoffer,
  settledPorts,
} from "../../../src/core/media/mod.ts";
import { accepted, ACCOUNT, Scene, theirs } from "./scene.ts";

const CODEC = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };
const candidate = (address: string, port: number) => ({
  foundation: "1",
  component: 1,
  transport: "udp",
  priority: 2130706431,
  address,
  port,
  type: "host",
});
const credentials = (name: string) => ({ ufrag: name, password: `${name}-password-of-22-octets` });

const OURS: LocalIce = {
  address: "192.0.2.1",
  candidates: [candidate("192.0.2.1", 4000)],
  credentials: credentials("ours"),
  spares: [credentials("spare1"), credentials("spare2")],
};
const LOCAL = { port: 4000, rtcpPort: 4001, ice: OURS };

function offered(extra: Partial<MediaDescription> = {}): MediaDescription {
  return theirs({
    address: "192.0.2.2",
    port: 5000,
    rtcpMux: true,
    formats: [CODEC],
    ice: { ...credentials("their"), candidates: [candidate("192.0.2.2", 5000)] },
    ...extra,
  });
}

Deno.test("an offer with ICE names the default candidate, one port for RTCP and a bundle of one", () => {
  const offer = createOffer([CODEC], LOCAL);
  assert.equal(offer.address, "192.0.2.1");
  assert.equal(offer.port, 4000);
  assert.ok(offer.rtcpMux && offer.bundled && offer.mid === "0");
  assert.deepEqual(offer.ice, { ...OURS.credentials, candidates: OURS.candidates });
});

Deno.test("an offer without ICE says nothing of it", () => {
  const offer = createOffer([CODEC], { port: 4000, rtcpPort: 4001 });
  for (const key of ["ice", "mid", "bundled", "rtcpMux"] as const) assert.ok(!(key in offer), key);
  assert.equal(offer.address, "");
});

Deno.test("an offer with ICE is answered with ICE, and the peer chooses the pair", () => {
  const { answer, stream } = answerOffer(offered({ mid: "a", bundled: true }), [CODEC], LOCAL, {
    policy: "prefer",
  });
  assert.equal(answer.ice?.ufrag, "ours");
  assert.deepEqual([answer.address, answer.mid, answer.bundled], ["192.0.2.1", "a", true]);
  assert.ok(answer.rtcpMux);
  assert.equal(stream.ice?.controlling, false);
  assert.deepEqual(stream.ice?.local, OURS.credentials);
  assert.equal(stream.ice?.remote.ufrag, "their");
});

Deno.test("a lite peer has us choose the pair", () => {
  const { ice } = offered();
  const { stream } = answerOffer(offered({ ice: { ...ice!, lite: true } }), [CODEC], LOCAL, {
    policy: "prefer",
  });
  assert.equal(stream.ice?.controlling, true);
});

Deno.test("an offer without ICE is answered without candidates, from the default one's address", () => {
  const { answer, stream } = answerOffer(offered({ ice: undefined }), [CODEC], LOCAL, {
    policy: "prefer",
  });
  assert.equal(answer.ice, undefined);
  assert.equal(answer.iceMismatch, undefined);
  assert.equal(answer.address, "192.0.2.1");
  assert.equal(stream.ice, undefined);
});

Deno.test("candidates for RTCP go only to a peer that wants another port for it", () => {
  const rtcp = { ...candidate("192.0.2.1", 4001), component: 2 };
  const local = { ...LOCAL, ice: { ...OURS, candidates: [...OURS.candidates, rtcp] } };
  const componentsFor = (offer: MediaDescription) =>
    answerOffer(offer, [CODEC], local, { policy: "prefer" }).answer.ice?.candidates.map((
      { component },
    ) => component);
  assert.deepEqual(componentsFor(offered()), [1]);
  assert.deepEqual(componentsFor(offered({ rtcpMux: undefined })), [1, 2]);
});

Deno.test("an offer whose address is no candidate is answered with ice-mismatch", () => {
  const { answer, stream } = answerOffer(offered({ address: "198.51.100.9" }), [CODEC], LOCAL, {
    policy: "prefer",
  });
  assert.ok(answer.iceMismatch);
  assert.deepEqual([answer.ice, stream.ice], [undefined, undefined]);
});

for (const extra of [{ address: "0.0.0.0", port: 9 }, { port: 9 }]) {
  Deno.test(`an offer that still gathers (${JSON.stringify(extra)}) has ICE and holds nobody`, () => {
    const { stream } = answerOffer(offered(extra), [CODEC], LOCAL, { policy: "prefer" });
    assert.ok(stream.ice);
    assert.equal(stream.direction, "sendrecv");
  });
}

Deno.test("new credentials of the peer restart ICE with new ones of ours, the same do not", () => {
  const first = answerOffer(offered(), [CODEC], LOCAL, { policy: "prefer" });
  const after = settledPorts(LOCAL, first.stream.ice);
  const again = answerOffer(offered(), [CODEC], after, { policy: "prefer" });
  assert.equal(again.answer.ice?.ufrag, "ours");
  const { candidates } = offered().ice!;
  const restart = offered({ ice: { ...credentials("fresh"), candidates } });
  const second = answerOffer(restart, [CODEC], after, { policy: "prefer" });
  assert.equal(second.answer.ice?.ufrag, "spare1");
  const restarted = settledPorts(after, second.stream.ice);
  assert.deepEqual(restarted.ice?.credentials, credentials("spare1"));
  assert.deepEqual(restarted.ice?.spares, [credentials("spare2")]);
  const third = answerOffer(restart, [CODEC], restarted, { policy: "prefer" });
  assert.equal(third.answer.ice?.ufrag, "spare1", "the restart is over");
});

Deno.test("an answer with ICE is taken with us controlling, one without runs without", () => {
  const offer = createOffer([CODEC], LOCAL);
  const stream = acceptAnswer(offer, offered(), "prefer");
  assert.deepEqual(stream.ice, {
    local: OURS.credentials,
    remote: offered().ice,
    controlling: true,
  });
  assert.equal(acceptAnswer(offer, offered({ ice: undefined }), "prefer").ice, undefined);
  assert.equal(
    acceptAnswer(createOffer([CODEC], { port: 1, rtcpPort: 2 }), offered(), "prefer").ice,
    undefined,
  );
});

Deno.test("an offer in a call has candidates only for a peer that has used them", () => {
  const offer = createOffer([CODEC], LOCAL);
  const withIce = createReoffer(
    acceptAnswer(offer, offered(), "prefer"),
    [CODEC],
    LOCAL,
    "sendonly",
  );
  assert.equal(withIce.ice?.ufrag, "ours");
  const plain = acceptAnswer(offer, offered({ ice: undefined }), "prefer");
  const without = createReoffer(plain, [CODEC], LOCAL, "sendonly");
  assert.equal(without.ice, undefined);
  assert.equal(without.address, "192.0.2.1");
});

Deno.test("a peer that names more candidates than are looked at is told of, once a call", () => {
  const ice = { ...offered().ice!, leftOut: 140 };
  const scene = new Scene({}, { ...ACCOUNT, ice: "all" }).play(
    { type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" },
    { type: "MediaOpened", call: "a", ...LOCAL },
    accepted("a", offered({ ice })),
  );
  const told = () => scene.events.filter(({ type }) => type === "notice");
  assert.deepEqual(told(), [{
    type: "notice",
    call: "a",
    text: "the other side named 141 ICE candidates: 140 of them are not tried",
  }]);
  scene.play({ type: "RemoteOffer", call: "a", offer: offered({ ice }) });
  assert.deepEqual(told(), []);
});
