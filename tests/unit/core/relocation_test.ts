/** A call with ICE in another network: what is gathered anew, and the one offer that restarts ICE. */
import assert from "node:assert/strict";
import type { GatheredIce, IceDescription, LocalIce } from "../../../src/core/media/mod.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { accepted, ACCOUNT, REPORT, Scene, theirs } from "./scene.ts";

const credentials = (name: string) => ({ ufrag: name, password: `${name}-password-of-22-octets` });
const candidate = (address: string, port: number) => ({
  foundation: "1",
  component: 1,
  transport: "udp",
  priority: 2130706431,
  address,
  port,
  type: "host",
});
const OURS: LocalIce = {
  address: "192.0.2.1",
  candidates: [candidate("192.0.2.1", 5000)],
  credentials: credentials("ours"),
  spares: [credentials("spare")],
};
const GATHERED: GatheredIce = {
  address: "198.51.100.1",
  port: 6000,
  rtcpPort: 6001,
  candidates: [candidate("198.51.100.1", 6000)],
  credentials: credentials("anew"),
};
const THEIR_ICE: IceDescription = {
  ...credentials("their"),
  candidates: [candidate("192.0.2.7", 4000)],
};
const THEIRS = theirs({ rtcpMux: true, ice: THEIR_ICE });
const RESTARTED = theirs({ rtcpMux: true, ice: { ...THEIR_ICE, ...credentials("fresh") } });

const CHANGED: Input = { type: "NetworkChanged" };
const MOVED: Input = { type: "CallAddressChanged", call: "a" };
const SAME: Input = { type: "MediaRegathered", call: "a" };
const ANEW: Input = { type: "MediaRegathered", call: "a", gathered: GATHERED };
const OPENED: Input = { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001, ice: OURS };
const answered = (description = THEIRS): Input => ({
  type: "OfferAccepted",
  call: "a",
  description,
});

function scene(): Scene {
  return new Scene({}, { ...ACCOUNT, ice: "all" });
}

function calling(): Scene {
  return scene().play(
    { type: "Dial", call: "a", account: "desk", target: "sip:bob@example.test" },
    OPENED,
  );
}

function talking(description = THEIRS): Scene {
  return calling().play(accepted("a", description));
}

Deno.test("in another network a call with ICE gathers anew, and is offered once with a restart", () => {
  const call = talking().play(CHANGED);
  assert.deepEqual(call.effect("RegatherMedia"), {
    type: "RegatherMedia",
    call: "a",
    when: "gone",
  });
  assert.ok(!call.play(MOVED).asked("SendReinvite"), "what is gathered belongs into that offer");
  assert.ok(!call.asked("RegatherMedia"), "it is asked already");
  const { offer } = call.play(ANEW).effect("SendReinvite");
  assert.deepEqual([offer!.address, offer!.port], ["198.51.100.1", 6000]);
  assert.deepEqual(offer!.ice, { ...GATHERED.credentials, candidates: GATHERED.candidates });
  const { stream } = call.play(answered(RESTARTED)).effect("StartMedia");
  assert.deepEqual(stream.ice?.local, GATHERED.credentials);
  assert.equal(stream.ice?.remote.ufrag, "fresh");
  assert.ok(!call.asked("SendReinvite"));
  const held = call.play({ type: "Hold", call: "a" }).effect("SendReinvite").offer!;
  assert.deepEqual([held.port, held.ice?.ufrag], [6000, "anew"], "it is in force now");
});

Deno.test("a network that changes nothing for the sound has nothing offered", () => {
  const call = talking();
  for (let round = 0; round < 100; round++) {
    assert.ok(!call.play(CHANGED, SAME).asked("SendReinvite"));
  }
  assert.deepEqual(call.events, []);
});

Deno.test("a call whose signalling alone moved is offered without a restart", () => {
  const call = talking().play(MOVED);
  assert.equal(call.effect("RegatherMedia").when, "changed");
  assert.ok(!call.asked("SendReinvite"));
  assert.equal(call.play(SAME).effect("SendReinvite").offer!.ice?.ufrag, "ours");
});

Deno.test("until it is restarted, a peer's offer is answered with what is in force", () => {
  const call = talking().play({ type: "Hold", call: "a" }, CHANGED, ANEW);
  call.play({ type: "OfferRejected", call: "a", status: 491, reason: "" });
  const remote = (offer: typeof THEIRS): Input => ({ type: "RemoteOffer", call: "a", offer });
  const { description } = call.play(remote(THEIRS)).effect("AnswerOffer");
  assert.deepEqual([description.port, description.ice?.ufrag], [5000, "ours"]);
  const restart = call.play(remote(RESTARTED)).effect("AnswerOffer").description;
  assert.deepEqual([restart.port, restart.ice?.ufrag], [6000, "anew"], "the peer restarts it");
});

Deno.test("what was gathered twice is offered once more, with the later", () => {
  const call = talking().play(CHANGED, CHANGED, ANEW);
  assert.ok(!call.asked("SendReinvite"), "another answer of media is to come");
  const later = { ...GATHERED, port: 7000, credentials: credentials("later") };
  const { offer } = call.play({ ...ANEW, gathered: later }).effect("SendReinvite");
  assert.deepEqual([offer!.port, offer!.ice?.ufrag], [7000, "later"]);
});

Deno.test("a call that rings at the other side is restarted as soon as it is answered", () => {
  const call = calling().play(CHANGED, ANEW);
  assert.ok(!call.asked("SendReinvite"));
  const { offer } = call.play(accepted("a", THEIRS)).effect("SendReinvite");
  assert.equal(offer!.ice?.ufrag, "anew");
});

Deno.test("a peer without ICE gets the sound from the new address, in answers too", () => {
  const call = talking(theirs()).play(CHANGED);
  assert.ok(call.asked("RegatherMedia"), "its sockets are those of our candidates");
  const { offer } = call.play(ANEW).effect("SendReinvite");
  assert.deepEqual([offer!.address, offer!.port, offer!.ice], ["198.51.100.1", 6000, undefined]);
});

Deno.test("a way that is lost is looked for anew; one that was never found is not", () => {
  const failed: Input = {
    type: "IceFailed",
    call: "a",
    error: { code: "media-failed", message: "no" },
  };
  assert.ok(!talking().play(failed).asked("RegatherMedia"));
  const lost: Input = { type: "IceLost", call: "a" };
  const call = talking().play(lost);
  assert.equal(call.effect("RegatherMedia").when, "always");
  assert.equal(call.play(ANEW).effect("SendReinvite").offer!.ice?.ufrag, "anew");
  assert.ok(!calling().play(lost).asked("RegatherMedia"), "the answer is waited for");
});

Deno.test("what cannot be gathered is told, and the call goes on", () => {
  const failures = [{ code: "media-failed", message: "no network address" } as const];
  const call = talking().play(CHANGED).play({ ...SAME, failures });
  assert.match(JSON.stringify(call.events), /No network address/i);
  assert.equal(call.phase("a"), "established");
});

Deno.test("a call without ICE gathers nothing, and one that ends neither", () => {
  assert.ok(!new Scene().talking().play(CHANGED).asked("RegatherMedia"));
  const ending = talking().play({ type: "Hangup", call: "a" });
  assert.ok(!ending.play(CHANGED).asked("RegatherMedia"));
  assert.deepEqual(ending.play(ANEW).effects, []);
});

Deno.test("a call that rings gathers at once where ICE will be used, and in another network again", () => {
  const call = scene().ringing("a", THEIRS);
  assert.deepEqual(call.effect("GatherMedia"), { type: "GatherMedia", call: "a", ice: "desk" });
  assert.ok(call.play(CHANGED).asked("GatherMedia"));
  assert.ok(call.play({ type: "Answer", call: "a" }).asked("OpenMedia"));
  const { description } = call.play(OPENED).effect("SendAccept");
  assert.equal(description.ice?.ufrag, "ours");
});

Deno.test("a ringing call whose sound is open already is answered from the other network", () => {
  const call = scene().ringing("a", THEIRS).play({ type: "Answer", call: "a" });
  assert.ok(!call.play(CHANGED).asked("RegatherMedia"), "it opens at present");
  const early = scene().ringing("a", THEIRS).play({ type: "SendEarlyMedia", call: "a" }, OPENED);
  assert.equal(early.play(CHANGED).effect("RegatherMedia").when, "gone");
});

Deno.test("a call that is refused gives back what was gathered, and its record waits for that", () => {
  for (const end of [{ type: "Reject", call: "a" }, { type: "CallCancelled", call: "a" }]) {
    const input = { ...end, ...(end.type === "Reject" ? {} : { elsewhere: false }) } as Input;
    const call = scene().ringing("a", THEIRS).play(input);
    assert.ok(call.asked("CloseMedia"));
    assert.equal(call.phase("a"), "ending");
    assert.equal(call.play({ type: "MediaClosed", call: "a", report: REPORT }).phase("a"), "gone");
  }
});

Deno.test("nothing is gathered for calls that ICE is not used for", () => {
  assert.ok(!new Scene().ringing("a", THEIRS).asked("GatherMedia"), "the account has none");
  assert.ok(!scene().ringing("a", theirs()).asked("GatherMedia"), "the caller has none");
  const refused = new Scene({ doNotDisturb: true }, { ...ACCOUNT, ice: "all" });
  assert.ok(!refused.ringing("a", THEIRS).asked("GatherMedia"), "it does not ring");
});
