/** The state of the phone, its events, and the turn that changes it. */
export {
  type AskedTransfer,
  type Awaiting,
  type Call,
  CALL_STATES,
  type CallLimits,
  type CallOutcome,
  type CallRecord,
  type CallView,
  DIRECTIONS,
  ENDED_BY,
  type Exchange,
  type Recording,
  SECURITIES,
  type Transfer,
  viewOf,
} from "./call.ts";
export {
  type Answered,
  type CallEvent,
  type CallEventDetails,
  DIGIT_SOURCES,
  HOLD_WISHES,
  isCallEvent,
  type PhoneEvent,
  type TransferDetail,
} from "./events.ts";
export { type Outcome, OUTCOME_WORDS, OUTCOMES } from "./outcome.ts";
export {
  aboutCall,
  callTimers,
  type CallTransitions,
  type Slice,
  type TimerTransitions,
  type Transitions,
} from "./slice.ts";
export type {
  AccountCommand,
  CallCommand,
  CallPolicy,
  Command,
  Dialled,
  Effect,
  Input,
  Moment,
  PhoneState,
  Settings,
  SettingsCommand,
  StepResult,
  TransferPolicy,
} from "./state.ts";
export { type Subject, subjectOf, type Timer, type TimerFired, timerKey } from "./timer.ts";
export { type CallIn, isIn, refuse, type Rule, Turn } from "./turn.ts";
