/** One call in the terminal: its keys, its live line, its report. */
export { callAction, talking } from "./call_action.ts";
export { callLine } from "./call_line.ts";
export { callReport, clock } from "./call_report.ts";
export { followCall } from "./follow_call.ts";
