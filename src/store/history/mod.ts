/** Past calls. */
export type { CallQuality, HistoryRecord } from "./history_record.ts";
export { History } from "./history.ts";
