/** Call records for tests. */
import type { HistoryRecord } from "../../../src/store/history/history_record.ts";
import { NOON } from "./temporary_store.ts";

/** An answered outgoing call of a minute at noon; `changes` on top. */
export function sampleCall(changes: Partial<HistoryRecord> = {}): HistoryRecord {
  const startedAt = changes.startedAt ?? NOON;
  return {
    id: "call-1",
    sipCallId: "abc@host",
    account: "office",
    direction: "outgoing",
    remote: { uri: "sip:+4930123456@example.com", displayName: "Jürgen Größe" },
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    startedAt,
    answeredAt: startedAt + 5000,
    endedAt: startedAt + 65000,
    codec: "PCMA",
    quality: {
      sent: 3000,
      received: 2990,
      lost: 10,
      jitterMs: 1.5,
      mos: null,
      sound: null,
      longestSilenceMs: 1200,
      remoteLongestSilenceMs: null,
    },
    encryption: null,
    recording: null,
    endedBy: "remote",
    ...changes,
  };
}
