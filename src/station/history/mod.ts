/** Calls into the history. */
export { historyLog } from "./history_log.ts";
export { SharedHistory } from "./shared_history.ts";
