/** The state of the terminal phone. Pure. */
export type { AccountRow } from "./account_row.ts";
export {
  ACTION_NAMES,
  type ActionName,
  type AnswerName,
  type Group,
  GROUPS,
  type KeyName,
  type Keys,
  type Layer,
} from "./action_names.ts";
export { keepable } from "./keepable.ts";
export { edited, inserted, type Line } from "./line_editor.ts";
export { type JoinedPhone, Link } from "./link.ts";
export {
  askedCall,
  type EndedCall,
  frontCall,
  isRinging,
  type LiveCall,
  type PhoneModel,
  type PhoneNews,
  ringingCall,
} from "./phone_model.ts";
export {
  type Measure,
  MEASURES,
  type QualitySample,
  type Side,
  SIDES,
  type Verdict,
  verdictOf,
} from "./quality.ts";
export { Records } from "./records.ts";
export { asTyped, findHits, fitOf } from "./search.ts";
export {
  type AppState,
  canRecall,
  chosenContact,
  chosenIndex,
  chosenNumber,
  dialsTyped,
  digitsGoTo,
  firstState,
  historyShown,
  type Hit,
  isTyping,
  lastNumbers,
  listLength,
  lost,
  nameOf,
  numbersOf,
  type Overlay,
  type Ownership,
  type Question,
  type Undo,
  type ViewName,
  VIEWS,
} from "./state.ts";
export { Store } from "./store.ts";
export { SYSTEM_TIMERS, type Timers } from "./timers.ts";
export { STEPS } from "./tour.ts";
