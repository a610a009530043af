/** The tables of the slices are whole: every input and timer has one transition, in one slice. */
import assert from "node:assert/strict";
import { ACCOUNT } from "../../../src/core/slices/account/slice.ts";
import { CALL } from "../../../src/core/slices/call/slice.ts";
import { HEADSET } from "../../../src/core/slices/headset/slice.ts";
import { SETTINGS } from "../../../src/core/slices/settings/slice.ts";
import type { Slice, TimerTransitions, Transitions } from "../../../src/core/state/slice.ts";
import type {
  CallCommand,
  Input,
  PhoneCommand,
  PhoneState,
} from "../../../src/core/state/state.ts";
import { subjectOf, type TimerFired, timerKey } from "../../../src/core/state/timer.ts";
import { ACCOUNT as DESK, SETTINGS as PLAIN } from "./scene.ts";

const SLICES = { CALL, ACCOUNT, SETTINGS, HEADSET };

Deno.test("no input is taken by two slices", () => {
  const taken = Object.values(SLICES).flatMap(({ commands, news }) => [
    ...Object.keys(commands),
    ...Object.keys(news),
  ]);
  assert.deepEqual(taken.filter((type, at) => taken.indexOf(type) !== at), []);
});

Deno.test("no part of the state belongs to two slices", () => {
  const opening = {
    settings: PLAIN,
    accounts: [DESK],
    lastDialled: { account: "desk", target: "sip:b@x" },
  };
  const parts = Object.values(SLICES).flatMap(({ initial }) => Object.keys(initial(opening)));
  const keys: (keyof PhoneState)[] = [
    "accounts",
    "calls",
    "lastDialled",
    "settings",
    "speech",
    "strangers",
    "volume",
  ];
  assert.deepEqual(parts.sort(), keys);
});

Deno.test("a timer is told from others by subject, by whose it is and by name", () => {
  const one: TimerFired = { type: "TimerFired", subject: "call", call: "a", timer: "ring" };
  const others: TimerFired[] = [{ ...one, call: "b" }, { ...one, timer: "glare" }];
  assert.equal(new Set([one, ...others].map(timerKey)).size, 3);
  assert.equal(subjectOf(one), "a");
});

/** What must not compile: a table or a state that leaves a member out. */
export function incomplete(
  { Hangup: _h, ...commands }: typeof CALL.commands,
  { CallEnded: _c, ...news }: typeof CALL.news,
  { glare: _g, ...timers }: typeof CALL.timers,
  { volume: _v, ...state }: PhoneState,
): void {
  // @ts-expect-error: Hangup has no transition
  const _commands: Transitions<CallCommand> = commands;
  // @ts-expect-error: a slice is missing
  const _slices: Transitions<PhoneCommand> = { ...CALL.commands, ...ACCOUNT.commands };
  // @ts-expect-error: nobody takes TimerFired and what is new outside the call
  const _inputs: Transitions<Input> = { ...CALL.commands, ...CALL.news };
  // @ts-expect-error: glare has no transition
  const _timers: TimerTransitions<"call"> = timers;
  // @ts-expect-error: CallEnded has no transition
  const _news: typeof CALL.news = news;
  // @ts-expect-error: timers of another subject than those that there are
  const _subject: TimerFired = { type: "TimerFired", subject: "door", door: "a", timer: "ring" };
  // @ts-expect-error: no slice begins with a volume
  const _state: PhoneState = state;
  // @ts-expect-error: what a slice owns must be in its initial state
  const _initial: Slice<"volume">["initial"] = () => ({});
}
