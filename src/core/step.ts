/**
 * The phone's one state machine: `step(state, input, moment) → { state, effects, events }`.
 *
 *     input ─► the transition of its slice ─► rules ─► state, effects, events
 *
 * Pure: no clock, no timers, no I/O; what it needs of the world is in the {@link Moment}. Here the
 * tables of the slices (`slices/`) become one: an input that no slice takes does not compile. What
 * follows in other slices is in `rules/`.
 */
import type { Account } from "./account/mod.ts";
import { RULES } from "./rules/mod.ts";
import { ACCOUNT } from "./slices/account/mod.ts";
import { CALL } from "./slices/call/mod.ts";
import { NETWORK } from "./slices/network/mod.ts";
import { HEADSET } from "./slices/headset/mod.ts";
import { SETTINGS } from "./slices/settings/mod.ts";
import {
  type Dialled,
  type Input,
  type Moment,
  type PhoneState,
  type Settings,
  type StepResult,
  type Subject,
  subjectOf,
  type TimerFired,
  type TimerTransitions,
  type Transitions,
  Turn,
} from "./state/mod.ts";

type Transition = (turn: Turn, input: Input) => void;

/** @throws OffhookError from commands only, and then nothing has changed */
export function step(state: PhoneState, input: Input, moment: Moment): StepResult {
  const turn = new Turn(state, moment);
  (TRANSITIONS[input.type] as Transition)(turn, input);
  for (const rule of RULES) rule(state, turn.state, turn);
  return turn.result();
}

const TRANSITIONS: Transitions<Input> = {
  ...CALL.commands,
  ...ACCOUNT.commands,
  ...SETTINGS.commands,
  ...HEADSET.commands,
  ...CALL.news,
  ...ACCOUNT.news,
  ...SETTINGS.news,
  ...HEADSET.news,
  ...NETWORK.news,
  TimerFired: timerFired,
};

const TIMERS: { readonly [Each in Subject]: TimerTransitions<Each> } = { call: CALL.timers };

function timerFired(turn: Turn, fired: TimerFired): void {
  TIMERS[fired.subject][fired.timer](turn, subjectOf(fired));
}

/** A phone with these accounts, nothing registered and no call. */
export function initialState(
  settings: Settings,
  accounts: Account[],
  lastDialled?: Dialled,
): PhoneState {
  const last = lastDialled === undefined ? {} : { lastDialled };
  const opening = { settings, accounts, ...last };
  return {
    ...CALL.initial(opening),
    ...ACCOUNT.initial(opening),
    ...SETTINGS.initial(opening),
    ...HEADSET.initial(opening),
  };
}
