/** Random interleavings of everything that can happen: the core's promises hold in every order. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/core/errors.ts";
import { type HeadsetState, IDLE_HEADSET } from "../../../src/core/headset_port.ts";
import type { Effect, Input, PhoneState } from "../../../src/core/state.ts";
import { initialState } from "../../../src/core/state.ts";
import { headsetStateOf } from "../../../src/core/transitions/headset.ts";
import { step } from "../../../src/core/step.ts";
import { ACCOUNT, REPORT, SETTINGS, theirs } from "./scene.ts";

const call = fc.constantFrom("a", "b", "c");
const status = fc.constantFrom(180, 183, 200, 404, 480, 486, 487, 488, 491, 603);
const description = fc.constantFrom(
  theirs(),
  theirs({ direction: "sendonly" }),
  theirs({ direction: "inactive" }),
  theirs({ address: "0.0.0.0" }),
  theirs({ port: 0 }),
  theirs({ formats: [] }),
);
const error = { code: "declined", message: "no" } as const;
const party = { uri: "sip:x@y" };

/** Any input, whether or not it makes sense now. */
const input: fc.Arbitrary<Input> = fc.tuple(call, status, description, fc.nat(46), fc.boolean())
  .map(([call, status, description, kind, flag]): Input => {
    const inputs: Input[] = [
      { type: "Dial", call, account: "desk", target: "sip:b@x", limits: { noAnswerMs: 1 } },
      { type: "Answer", call },
      { type: "Reject", call, status: 486 },
      { type: "Hangup", call },
      { type: "Hold", call },
      { type: "Resume", call },
      { type: "Swap" },
      { type: "Mute", call, muted: flag },
      { type: "SendDigits", call, digits: "1", durationMs: 100 },
      { type: "Transfer", call, target: "sip:c@x" },
      { type: "SendEarlyMedia", call },
      { type: "Record", call, path: flag ? "/tmp/x.wav" : null },
      { type: "PauseRecording", call, paused: flag },
      { type: "UseEndpoints", call, microphone: { kind: "silence" } },
      { type: "AttachAudio", call, attachment: "x", rate: 8_000, instead: flag },
      { type: "DetachAudio", call, attachment: "x" },
      { type: "RecordingSettled", call },
      { type: "EndpointFailed", call, endpoint: flag ? "record" : "speaker", error },
      {
        type: "IncomingCall",
        call,
        account: "desk",
        sipCallId: "x",
        from: party,
        to: party,
        offer: flag ? description : null,
        transport: "udp",
      },
      { type: "CallProgress", call, status: 180, reason: "", dialog: "1" },
      { type: "CallProgress", call, status: 183, reason: "", dialog: "2", description },
      {
        type: "CallAccepted",
        call,
        sipCallId: "x",
        dialog: "1",
        local: party,
        remote: party,
        transport: "udp",
        description: flag ? description : null,
        isOffer: status === 200,
      },
      { type: "CallRejected", call, sipCallId: "x", status, reason: "", error },
      { type: "CallConfirmed", call, ...(flag ? { description } : {}) },
      { type: "CallCancelled", call, elsewhere: flag },
      { type: "RemoteOffer", call, offer: flag ? description : null },
      { type: "OfferAccepted", call, description },
      { type: "OfferRejected", call, status, reason: "" },
      { type: "CallEnded", call, by: flag ? "remote" : "local", reason: "" },
      { type: "ReferProgress", call, status, reason: "" },
      { type: "ReferReceived", call, target: "sip:d@x", referral: status === 180 ? call : "c" },
      { type: "MediaOpened", call, port: 5000, rtcpPort: 5001 },
      { type: "MediaFailed", call, error: { code: "media-failed", message: "no" } },
      { type: "MediaHeard", call },
      { type: "MicrophoneEnded", call },
      { type: "MediaReported", call, report: REPORT },
      { type: "MediaClosed", call, report: REPORT },
      { type: "TimerFired", timer: "no-answer", call },
      { type: "TimerFired", timer: "ring", call },
      { type: "TimerFired", timer: "ending", call },
      { type: "TimerFired", timer: "glare", call },
      { type: "TimerFired", timer: "transfer", call },
      ...(["hookOff", "hookOn", "toggleMute", "flash", "reject"] as const).map((type): Input => ({
        type: "HeadsetIntent",
        headset: "h",
        intent: { type },
      })),
    ];
    return inputs[kind];
  });

const NEEDS_MEDIA = new Set<string>([
  "StartMedia",
  "MuteMedia",
  "RecordMedia",
  "PauseRecording",
  "SignalWaiting",
  "UseEndpoints",
  "AttachAudio",
]);

/** Follows the effects as the adapters would see them. */
class Ledger {
  readonly media = new Set<string>();
  readonly timers = new Set<string>();
  /** A peer may refuse to be held: then two are active, and the face is told. */
  holdRefused = false;
  /** Calls in which the call-waiting tone is heard. */
  readonly disturbed = new Set<string>();
  /** What a headset was last told. */
  lamps: HeadsetState = IDLE_HEADSET;

  note(effect: Effect): void {
    if (effect.type === "OpenMedia") {
      assert.ok(!this.media.has(effect.call), "media opened twice");
      this.media.add(effect.call);
    }
    if (NEEDS_MEDIA.has(effect.type) && "call" in effect) {
      assert.ok(this.media.has(effect.call), `${effect.type} without open media`);
    }
    if (effect.type === "CloseMedia") {
      this.media.delete(effect.call);
      this.disturbed.delete(effect.call);
    }
    if (effect.type === "SignalWaiting") {
      assert.notEqual(this.disturbed.has(effect.call), effect.on, "told twice");
      if (effect.on) this.disturbed.add(effect.call);
      else this.disturbed.delete(effect.call);
    }
    if (effect.type === "SetHeadset") this.lamps = effect.state;
    if (effect.type === "StartTimer") this.timers.add(`${effect.timer}:${effect.call}`);
    if (effect.type === "StopTimer") this.timers.delete(`${effect.timer}:${effect.call}`);
  }
}

function play(inputs: Input[]): { state: PhoneState; ledger: Ledger } {
  let state = initialState({ ...SETTINGS, transfers: "follow" }, [ACCOUNT]);
  const ledger = new Ledger();
  inputs.forEach((input, index) => {
    if (input.type === "TimerFired") {
      // Only a timer that runs can fire.
      if (!ledger.timers.delete(`${input.timer}:${input.call}`)) return;
    }
    if (input.type === "OfferRejected" && input.status !== 491) ledger.holdRefused = true;
    // Media that could not be opened is not open.
    if (input.type === "MediaFailed") {
      ledger.media.delete(input.call);
      ledger.disturbed.delete(input.call);
    }
    try {
      const result = step(state, input, { at: index, random: 0.3 });
      state = result.state;
      result.effects.forEach((effect) => ledger.note(effect));
      check(state, ledger);
    } catch (thrown) {
      if (!(thrown instanceof OffhookError)) throw thrown;
      assert.notEqual(thrown.code, "internal", thrown.message);
    }
  });
  return { state, ledger };
}

/** No state without an exit; lamps that are true; no media for a call that is not there. */
function check(state: PhoneState, ledger: Ledger): void {
  assert.deepEqual(ledger.lamps, headsetStateOf(state));
  for (const id of ledger.media) {
    const phase = state.calls.get(id)?.phase.name;
    assert.ok(phase !== undefined && phase !== "ending", `media runs for a call that is ${phase}`);
  }
  for (const call of state.calls.values()) {
    const { name } = call.phase;
    if (name === "ringing") assert.ok(ledger.timers.has(`ring:${call.id}`), "ringing for ever");
    if (name === "ending") assert.ok(ledger.timers.has(`ending:${call.id}`), "ending for ever");
    if (name === "answering") assert.notEqual(call.media.name, "none", "answering without media");
    if (name === "preparing") assert.equal(call.media.name, "opening");
    if (name === "established" && call.phase.name === "established") {
      const { exchange, transfer } = call.phase;
      if (exchange.name === "glare") assert.ok(ledger.timers.has(`glare:${call.id}`));
      if (transfer.name === "referred") assert.ok(ledger.timers.has(`transfer:${call.id}`));
    }
  }
  const active = [...state.calls.values()].filter((call) =>
    call.phase.name === "established" && !call.hold.local
  );
  assert.ok(active.length <= 1 || ledger.holdRefused, "two calls talk at once");
  const rings = [...state.calls.values()].some((call) => call.phase.name === "ringing");
  assert.equal(ledger.disturbed.size, rings && active.length > 0 ? 1 : 0, "call-waiting tone");
}

Deno.test("no order of events leaves a call without an exit or media without a call", () => {
  fc.assert(
    fc.property(fc.array(input, { minLength: 1, maxLength: 60 }), (inputs) => {
      play(inputs);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("after any order of events, hanging up everything leaves nothing behind", () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
      let { state } = play(inputs);
      const rest: Input[] = [...state.calls.values()].flatMap((call): Input[] => [
        ...(call.phase.name === "ending" ? [] : [{ type: "Hangup", call: call.id } as const]),
        { type: "TimerFired", timer: "ending", call: call.id },
      ]);
      for (const input of rest) state = step(state, input, { at: 0, random: 0 }).state;
      assert.equal(state.calls.size, 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a thousand calls at once leave nothing behind", () => {
  let state = initialState({ ...SETTINGS, maxCalls: 2_000, active: "all" }, [ACCOUNT]);
  const run = (input: Input) => (state = step(state, input, { at: 0, random: 0 }).state);
  const ids = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
  for (const call of ids) {
    run({ type: "Dial", call, account: "desk", target: "sip:b@x" });
    run({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001 });
  }
  assert.equal(state.calls.size, 1_000);
  for (const call of ids) run({ type: "Hangup", call });
  for (const call of ids) run({ type: "TimerFired", timer: "ending", call });
  assert.equal(state.calls.size, 0);
});
