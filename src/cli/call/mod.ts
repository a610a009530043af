/** One call in the terminal: its keys, its live line, its report. */
export { callReport, clock } from "./call_report.ts";
export { followCall } from "./follow_call.ts";
