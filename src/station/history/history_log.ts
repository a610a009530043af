/** Writes every call into the history, from its first moment to its record. */
import type { Sequenced } from "../../control/contract/mod.ts";
import type { CallRecord, CallView } from "../../core/state/mod.ts";
import type { MediaReport } from "../../core/ports/mod.ts";
import type { CallQuality, History, HistoryRecord } from "../../store/history/mod.ts";

/** The part of the history that is written. */
export type HistoryWriter = Pick<History, "put">;

/**
 * A listener for the phone's events.
 * @param failed told when the store does not take a record; the phone goes on
 */
export function historyLog(
  history: HistoryWriter,
  failed: (error: unknown) => void,
): (event: Sequenced) => void {
  return (event) => {
    try {
      if (event.type === "call.dialling" || event.type === "call.incoming") {
        history.put(begun(event.call));
      } else if (event.type === "call.answered") history.put(begun(event.call));
      else if (event.type === "call.ended") history.put(ended(event.record));
    } catch (error) {
      failed(error);
    }
  };
}

function begun(call: CallView): HistoryRecord {
  return {
    id: call.id,
    sipCallId: call.sipCallId ?? null,
    account: call.account,
    direction: call.direction,
    remote: call.remote,
    outcome: null,
    sipStatus: 0,
    reason: "",
    startedAt: call.startedAt,
    answeredAt: call.answeredAt ?? null,
    endedAt: null,
    codec: call.codec ?? null,
    quality: null,
    encryption: null,
    recording: null,
    endedBy: "none",
  };
}

function ended(record: CallRecord): HistoryRecord {
  return {
    id: record.id,
    sipCallId: record.sipCallId ?? null,
    account: record.account,
    direction: record.direction,
    remote: record.remote,
    outcome: record.outcome,
    sipStatus: record.sipStatus,
    reason: record.reason,
    startedAt: record.startedAt,
    answeredAt: record.answeredAt ?? null,
    endedAt: record.endedAt,
    codec: record.codec ?? null,
    quality: record.report === undefined ? null : qualityOf(record.report),
    encryption: record.encryption ?? null,
    recording: record.recording ?? null,
    endedBy: record.endedBy,
  };
}

function qualityOf(report: MediaReport): CallQuality {
  const { sent, received, lost, jitterMs, longestSilentMs, remoteLongestSilentMs } = report;
  return {
    sent,
    received,
    lost,
    jitterMs,
    mos: report.quality?.incoming?.call.listening.mos ?? null,
    sound: report.quality ?? null,
    longestSilenceMs: longestSilentMs,
    remoteLongestSilenceMs: remoteLongestSilentMs ?? null,
  };
}
