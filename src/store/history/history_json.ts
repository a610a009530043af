/**
 * A call of the history as `offhook history --json` prints it: one object a line. Times are ISO 8601
 * in UTC, durations ms; `null` is "not known" or "there was none". Pure.
 */
import { durationOf, type HistoryRecord } from "./history_record.ts";

export interface HistoryJson {
  /** A change of meaning gets a new number. */
  schema: "offhook.history/1";
  id: string;
  sipCallId: string | null;
  account: string;
  direction: HistoryRecord["direction"];
  remote: { uri: string; displayName: string | null };
  /** `live` while the call goes on. */
  outcome: string;
  sipStatus: number;
  reason: string;
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  /** Answered to ended; 0 when never answered. */
  durationMs: number | null;
  codec: string | null;
  quality: HistoryRecord["quality"];
  encryption: HistoryRecord["encryption"];
  recording: string | null;
  endedBy: HistoryRecord["endedBy"];
}

export function historyJson(record: HistoryRecord): HistoryJson {
  return {
    schema: "offhook.history/1",
    id: record.id,
    sipCallId: record.sipCallId,
    account: record.account,
    direction: record.direction,
    remote: { uri: record.remote.uri, displayName: record.remote.displayName ?? null },
    outcome: record.outcome ?? "live",
    sipStatus: record.sipStatus,
    reason: record.reason,
    startedAt: isoTime(record.startedAt),
    answeredAt: record.answeredAt === null ? null : isoTime(record.answeredAt),
    endedAt: record.endedAt === null ? null : isoTime(record.endedAt),
    durationMs: durationOf(record),
    codec: record.codec,
    quality: record.quality,
    encryption: record.encryption,
    recording: record.recording,
    endedBy: record.endedBy,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
