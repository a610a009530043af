/** Past calls. */
export type { HistoryQuery } from "./history_query.ts";
export type { CallQuality, HistoryRecord } from "./history_record.ts";
export { History } from "./history.ts";
