/** The state of the phone, its events, and the turn that changes it. */
export {
  type AskedTransfer,
  type Awaiting,
  type Call,
  type CallDigits,
  type CallLimits,
  type CallOutcome,
  ENDED_BY,
  type EndedBy,
  type Exchange,
  type HeardDigit,
  type MediaState,
  type Move,
  type OpenMedia,
  type RecordingState,
  type SoundWatch,
  type Transfer,
} from "./call.ts";
export { type CallDirection, DIRECTIONS } from "./direction.ts";
export {
  badSoundsOf,
  CALL_STATES,
  type CallRecord,
  type CallView,
  encryptionOf,
  type EncryptionView,
  SECURITIES,
  viewOf,
} from "./call_view.ts";
export {
  type Answered,
  type CallEvent,
  type CallEventDetails,
  HOLD_WISHES,
  isCallEvent,
  type PhoneEvent,
  RECORD_ACTIONS,
  type TransferDetail,
} from "./events.ts";
export { cipherWords } from "./cipher.ts";
export { refusedDigitsWords } from "./digit_words.ts";
export { type Outcome, OUTCOME_WORDS, OUTCOMES } from "./outcome.ts";
export { BAD_SOUND_CAUSES, type BadSound, type BadSoundCause, badSoundOf } from "./bad_sound.ts";
export {
  explainsMore,
  type Silence,
  SILENCE_CAUSES,
  type SilenceCause,
  silenceOf,
} from "./silence.ts";
export {
  aboutCall,
  callTimers,
  type CallTransitions,
  type Slice,
  type TimerTransitions,
  type Transitions,
} from "./slice.ts";
export {
  type AccountCommand,
  type CallCommand,
  type CallPolicy,
  type Dialled,
  type Effect,
  type Input,
  type Moment,
  type PhoneCommand,
  type PhoneState,
  type Settings,
  type SettingsCommand,
  type SoundSettings,
  type StepResult,
  TRANSFER_POLICIES,
  type TransferPolicy,
} from "./state.ts";
export {
  LIVING_TIMERS,
  type Subject,
  subjectOf,
  type Timer,
  type TimerFired,
  timerKey,
} from "./timer.ts";
export { type CallIn, isIn, refuse, type Rule, Turn } from "./turn.ts";
