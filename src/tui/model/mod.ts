/** The state of the terminal phone. Pure. */
export type { AccountRow } from "./account_row.ts";
export {
  ACTION_GROUPS,
  ACTION_NAMES,
  type ActionName,
  type AnswerName,
  type Group,
  type KeyName,
  type Layer,
  type LayerKeys,
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
  type QualitySide,
  type Rating,
  SIDES,
  type Verdict,
  verdictOf,
} from "./quality.ts";
export { RecordLoader } from "./record_loader.ts";
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
  type ScreenQuestion,
  type Undo,
  type ViewName,
  VIEWS,
} from "./state.ts";
export { ScreenStore } from "./screen_store.ts";
export { SYSTEM_TIMERS, type Timers } from "./timers.ts";
export { STEPS } from "./tour.ts";
