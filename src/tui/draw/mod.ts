/** Views as rows of text. */
export { registrationText } from "./accounts.ts";
export { silenceTexts } from "./call.ts";
export { endingOf } from "./ended.ts";
export { frameRows } from "./frame.ts";
export { type Act, cursorColumn, layOut, type Row, sameRow, type Span, spanAt } from "./rows.ts";
export { tourText } from "./tour_text.ts";
export { type Stage, stateWord, verdictText, whoOf } from "./widgets.ts";
