/**
 * What is said of a call that is over: its JSON (`offhook.call/1`), its exit status and a sentence.
 * Pure.
 */
import {
  type CallRecord,
  type CallView,
  type Outcome,
  OUTCOME_WORDS,
} from "../../core/state/mod.ts";
import { type ErrorJson, EXIT_CODES, type ExitCode } from "../../base/mod.ts";
import type { CallReport } from "../../control/schemas/mod.ts";

const CALL_SCHEMA = "offhook.call/1";

/** Exit status of an outcome that has no error of its own to say it. */
const EXIT_OF_OUTCOME: Record<Outcome, ExitCode> = {
  answered: 0,
  busy: 5,
  "no-answer": 6,
  declined: 7,
  "not-found": 8,
  unreachable: 8,
  "auth-failed": 4,
  "media-failed": 9,
  "encryption-failed": 9,
  cancelled: 130,
  failed: 7,
  // As a call of ours that was given up.
  "answered-elsewhere": 130,
  missed: 130,
};

const NO_AUDIO: ErrorJson = {
  code: "media-failed",
  message: "the call was answered, but no sound arrived",
  hint: "A firewall or NAT may keep RTP away; without --require-audio this is not an error.",
};

/** @param requireAudio an answered call without a received packet counts as failed */
export function callReport(
  { record, security }: { record: CallRecord; security: CallView["security"] },
  options: { requireAudio?: boolean } = {},
): CallReport {
  const silent = options.requireAudio === true && record.outcome === "answered" &&
    (record.report?.received ?? 0) === 0;
  const outcome = silent ? "media-failed" : record.outcome;
  const error = silent ? NO_AUDIO : record.error;
  const { report, answeredAt } = record;
  return {
    schema: CALL_SCHEMA,
    outcome,
    sipStatus: record.sipStatus,
    reason: record.reason,
    callId: record.sipCallId ?? null,
    local: record.local?.uri ?? null,
    remote: record.remote.uri,
    transport: record.transport ?? null,
    codec: record.codec ?? report?.codec ?? null,
    security,
    encryption: record.encryption ?? null,
    setupMs: (answeredAt ?? record.endedAt) - record.startedAt,
    durationMs: answeredAt === undefined ? 0 : record.endedAt - answeredAt,
    media: {
      sent: report?.sent ?? 0,
      received: report?.received ?? 0,
      heard: (report?.received ?? 0) > 0,
      lost: report?.lost ?? 0,
      late: report?.late ?? 0,
      undecodable: report?.undecodable ?? 0,
      concealedMs: report?.concealedMs ?? 0,
      jitterMs: Math.round((report?.jitterMs ?? 0) * 100) / 100,
      ice: report?.ice ?? null,
      longestSilenceMs: report?.longestSilentMs ?? 0,
      remoteLongestSilenceMs: report?.remoteLongestSilentMs ?? null,
      quality: report?.quality ?? null,
      ...(report?.filters && { filters: report.filters }),
      silence: record.silence ?? {},
      badSound: record.badSound ?? {},
    },
    dtmf: { sent: report?.dtmfSent ?? "", received: report?.dtmfReceived ?? "" },
    endedBy: record.endedBy,
    ...(record.recordingError === undefined ? {} : { recordingError: record.recordingError }),
    ...(error === undefined ? {} : { error }),
  };
}

/** Total: every report has a status. An error's code stands over the outcome's. */
export function exitOf(report: CallReport): ExitCode {
  if (report.outcome === "answered") {
    const { recordingError } = report;
    return recordingError === undefined ? 0 : EXIT_CODES[recordingError.code];
  }
  if (report.error !== undefined) return EXIT_CODES[report.error.code];
  return EXIT_OF_OUTCOME[report.outcome];
}

/** `ended after 0:12 by the other side`, `ended after 0:12; the sound from 192.0.2.7:4000 has stopped`, `ended after 0:12; no sound was received`, `busy (486 Busy Here)` */
export function sentenceOf(report: CallReport): string {
  const { sipStatus, reason } = report;
  const status = sipStatus === 0 ? "" : ` (${sipStatus}${reason === "" ? "" : ` ${reason}`})`;
  if (report.outcome !== "answered") return `${OUTCOME_WORDS[report.outcome]}${status}`;
  const who = report.endedBy === "remote" ? " by the other side" : "";
  const { heard, silence: silent, badSound } = report.media;
  const unheard = silent.incoming ?? silent.outgoing ?? badSound.incoming ?? badSound.outgoing;
  const why = unheard === undefined ? "" : `: ${unheard.text}`;
  const silence = heard ? why === "" ? "" : `;${why.slice(1)}` : `; no sound was received${why}`;
  const cut = report.recordingError === undefined ? "" : "; the recording is cut";
  return `ended after ${clock(report.durationMs)}${who}${silence}${cut}`;
}

/** `0:07`, `12:34`, `1:02:03` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (part: number) => String(part).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
