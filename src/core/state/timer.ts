/** Timers as data: the core asks for them, `src/station` runs them. Each names what it is about. */
import type { Names } from "../../base/names/mod.ts";
import type { CallId } from "../ports/mod.ts";

/** `ending` waits for the answer to our BYE; each other belongs to a call that is still alive. */
export const LIVING_TIMERS = [
  "no-answer",
  "ring",
  "auto-answer",
  "duration",
  "glare",
  "transfer",
  "transfer-news",
  "refer",
  "silence",
] as const satisfies Names<9>;

/** The timers of each subject. A slice that gets timers adds its subject here, and then has a table. */
export interface TimerNames {
  call: (typeof LIVING_TIMERS)[number] | "ending";
}

/** What a timer may be about, with the name of its kind: `{ subject: "call", call: … }`. */
interface Ids {
  call: CallId;
}

export type Subject = keyof TimerNames;

/** One timer: a subject has at most one of each name. */
export type Timer = {
  [Each in Subject]: { subject: Each; timer: TimerNames[Each] } & Pick<Ids, Each>;
}[Subject];

export type TimerFired = { type: "TimerFired" } & Timer;

/** Which one of its kind a timer is about. */
export function subjectOf(timer: Timer): string {
  return timer[timer.subject];
}

/** Tells a timer from every other. */
export function timerKey(timer: Timer): string {
  return `${timer.subject} ${subjectOf(timer)} ${timer.timer}`;
}
