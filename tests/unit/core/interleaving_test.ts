/** Random interleavings of everything that can happen: the core's promises hold in every order. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import { type HeadsetState, IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import type { Effect, Input, PhoneState } from "../../../src/core/state/state.ts";
import { headsetStateOf } from "../../../src/core/rules/headset.ts";
import { initialState, step } from "../../../src/core/step.ts";
import { anyInputs, PLAIN } from "../../fakes/any_input.ts";
import { accepted, ACCOUNT, REPORT, SETTINGS } from "./scene.ts";

const NEEDS_MEDIA = new Set<string>([
  "StartMedia",
  "ConfirmMedia",
  "MuteMedia",
  "RecordMedia",
  "PauseRecording",
  "PlayTone",
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
    if (effect.type === "PlayTone") {
      assert.notEqual(this.disturbed.has(effect.call), effect.tone !== null, "told twice");
      if (effect.tone !== null) this.disturbed.add(effect.call);
      else this.disturbed.delete(effect.call);
    }
    if (effect.type === "SetHeadset") this.lamps = effect.state;
    if (effect.type === "StartTimer") this.timers.add(`${effect.timer}:${effect.call}`);
    if (effect.type === "StopTimer") this.timers.delete(`${effect.timer}:${effect.call}`);
  }
}

function play(inputs: Input[]): { state: PhoneState; ledger: Ledger } {
  let state = initialState(PLAIN, [ACCOUNT]);
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
    fc.property(anyInputs(60), (inputs) => {
      play(inputs);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("after any order of events, hanging up everything leaves nothing behind", () => {
  fc.assert(
    fc.property(anyInputs(40), (inputs) => {
      let { state } = play(inputs);
      const rest: Input[] = [...state.calls.values()].flatMap((call): Input[] => [
        ...(call.phase.name === "ending" ? [] : [{ type: "Hangup", call: call.id } as const]),
        { type: "TimerFired", subject: "call", timer: "ending", call: call.id },
      ]);
      for (const input of rest) state = step(state, input, { at: 0, random: 0 }).state;
      assert.equal(state.calls.size, 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a thousand calls at once leave nothing behind", () => {
  let state = initialState({ ...SETTINGS, maxCalls: 2_000, active: "all" }, [ACCOUNT]);
  const ledger = new Ledger();
  const run = (input: Input) => {
    const { effects, state: next } = step(state, input, { at: 0, random: 0 });
    state = next;
    effects.forEach((effect) => ledger.note(effect));
  };
  const ids = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
  for (const call of ids) {
    run({ type: "Dial", call, account: "desk", target: "sip:b@x", limits: { noAnswerMs: 1 } });
    run({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001 });
    run(accepted(call));
  }
  assert.equal(state.calls.size, 1_000);
  assert.equal(ledger.media.size, 1_000);
  for (const call of ids) run({ type: "Hangup", call });
  // Half of the BYEs are answered; for the others a timer stands in.
  for (const call of ids.slice(0, 500)) {
    run({ type: "MediaClosed", call, report: REPORT });
    run({ type: "CallEnded", call, by: "local", reason: "" });
  }
  for (const call of ids.slice(500)) {
    ledger.timers.delete(`ending:${call}`);
    run({ type: "TimerFired", subject: "call", timer: "ending", call });
  }
  assert.equal(state.calls.size, 0);
  assert.deepEqual([...ledger.media], []);
  assert.deepEqual([...ledger.timers], []);
  assert.deepEqual(ledger.lamps, IDLE_HEADSET);
});
