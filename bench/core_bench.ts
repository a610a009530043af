/** Steps of the core a second, over a call's whole life and over noise. */
import fc from "fast-check";
import { OffhookError } from "../src/base/errors.ts";
import type { Input, PhoneState } from "../src/core/state/state.ts";
import { initialState, step } from "../src/core/step.ts";
import { anyInput, PLAIN } from "../tests/fakes/any_input.ts";
import { accepted, ACCOUNT, REPORT, SETTINGS, theirs } from "../tests/unit/core/scene.ts";

const LIFE: Input[] = [
  { type: "Dial", call: "a", account: "desk", target: "sip:b@x" },
  { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 },
  { type: "CallProgress", call: "a", status: 180, reason: "", dialog: "1" },
  accepted("a"),
  { type: "Hold", call: "a" },
  { type: "OfferAccepted", call: "a", description: theirs({ direction: "recvonly" }) },
  { type: "Resume", call: "a" },
  { type: "OfferAccepted", call: "a", description: theirs() },
  { type: "Hangup", call: "a" },
  { type: "MediaClosed", call: "a", report: REPORT },
  { type: "CallEnded", call: "a", by: "local", reason: "" },
];

function live(start: PhoneState): PhoneState {
  let state = start;
  for (const input of LIFE) state = step(state, input, { at: 0, random: 0 }).state;
  return state;
}

const idle = initialState(SETTINGS, [ACCOUNT]);

Deno.bench(`a call's life: ${LIFE.length} steps`, () => {
  live(idle);
});

let crowded = initialState({ ...SETTINGS, active: "all", maxCalls: 1_001 }, [ACCOUNT]);
for (let index = 0; index < 1_000; index++) {
  const input: Input = { type: "Dial", call: `c${index}`, account: "desk", target: "sip:b@x" };
  crowded = step(crowded, input, { at: 0, random: 0 }).state;
}

Deno.bench("a report of one call among a thousand: 1 step", () => {
  step(crowded, { type: "MediaReported", call: "c500", report: REPORT }, { at: 0, random: 0 });
});

/** Where a command is impossible it is refused, as it would be in life. */
const noise = fc.sample(anyInput, { numRuns: 10_000, seed: 1 });

Deno.bench(`anything in any order: ${noise.length} steps`, () => {
  let state = initialState(PLAIN, [ACCOUNT]);
  for (const input of noise) {
    try {
      state = step(state, input, { at: 0, random: 0.3 }).state;
    } catch (error) {
      if (!(error instanceof OffhookError)) throw error;
    }
  }
});
