/**
 * What a slice of the state machine is: a part of the state, and the one transition for each input
 * that is its own.
 *
 *     slices/<name>/slice.ts ─► { initial, commands, news, timers } ─► spread in `step.ts`
 *
 * Every table is a record over its union: an input without a transition does not compile.
 */
import type { Call } from "./call.ts";
import type { PhoneOpening, PhoneState } from "./state.ts";
import type { Subject, TimerNames } from "./timer.ts";
import type { Turn } from "./turn.ts";

/** Transitions by input type. */
export type Transitions<I extends { type: string }> = {
  readonly [Type in I["type"]]: (turn: Turn, input: Extract<I, { type: Type }>) => void;
};

/** Transitions by the name of a timer, each with which one of its subjects it is about. */
export type TimerTransitions<S extends Subject> = {
  readonly [Name in TimerNames[S]]: (turn: Turn, subject: string) => void;
};

/** @template Own the keys of the state that are this slice's */
export interface Slice<
  Own extends keyof PhoneState,
  Command extends { type: string } = never,
  News extends { type: string } = never,
  About extends Subject = never,
> {
  initial(opening: PhoneOpening): Pick<PhoneState, Own>;
  commands: Transitions<Command>;
  /** What comes from outside; what does not fit is a notice. */
  news: Transitions<News>;
  timers: TimerTransitions<About>;
}

type AboutCall = { type: string; call: string };

/** Transitions of news about one call, which has been found already. */
export type CallTransitions<I extends AboutCall> = {
  readonly [Type in I["type"]]: (turn: Turn, call: Call, input: Extract<I, { type: Type }>) => void;
};

/** Finds the call first; news of one that is over is a notice. */
export function aboutCall<I extends AboutCall>(table: CallTransitions<I>): Transitions<I> {
  const found = Object.entries<(turn: Turn, call: Call, input: never) => void>(table).map((
    [type, transition],
  ) => [type, (turn: Turn, input: I) => {
    const call = turn.find(input.call);
    if (call === undefined) return turn.notice(`${type} for a call that is over`, input.call);
    transition(turn, call, input as never);
  }]);
  return Object.fromEntries(found);
}

/** The same for timers. */
export function callTimers(
  table: { readonly [Name in TimerNames["call"]]: (turn: Turn, call: Call) => void },
): TimerTransitions<"call"> {
  const found = Object.entries(table).map(([name, transition]) => [
    name,
    (turn: Turn, id: string) => {
      const call = turn.find(id);
      if (call === undefined) turn.notice("TimerFired for a call that is over", id);
      else transition(turn, call);
    },
  ]);
  return Object.fromEntries(found);
}
