/** How calls end: from any phase through `ending` to a record. */
import {
  type Awaiting,
  badSoundsOf,
  type Call,
  type CallIn,
  type CallOutcome,
  type CallRecord,
  encryptionOf,
  isIn,
  LIVING_TIMERS,
  type Outcome,
  type Turn,
} from "../../state/mod.ts";
import { withDigits } from "./digits.ts";
import type { ErrorCode, ErrorJson } from "../../../base/mod.ts";
import type { Tone } from "../../media/mod.ts";
import type { MediaReport } from "../../ports/mod.ts";

/**
 * ms that an ended call waits for its last report and final response. Past it the record is made
 * without them; signalling goes on retransmitting below.
 */
const ENDING_MS = 4_000;

const OUTCOME_OF: Partial<Record<ErrorCode, Outcome>> = {
  busy: "busy",
  "no-answer": "no-answer",
  declined: "declined",
  "not-found": "not-found",
  unreachable: "unreachable",
  "tls-failed": "unreachable",
  "auth-refused": "auth-failed",
  "credential-missing": "auth-failed",
  "media-failed": "media-failed",
  "no-common-codec": "media-failed",
  "encryption-failed": "encryption-failed",
  "device-failed": "media-failed",
  "device-not-found": "media-failed",
  "file-unusable": "media-failed",
  interrupted: "cancelled",
};

/** The outcome that an error of a failed call stands for. */
export function outcomeOf(error: ErrorJson): Outcome {
  return OUTCOME_OF[error.code] ?? "failed";
}

/**
 * Begins the end. Media is closed in any case; the record follows when nothing is awaited any more.
 * @param awaitsSignalling whether a BYE or CANCEL of ours is under way
 * @param tone what is heard of the end; null: nothing
 */
export function end(
  turn: Turn,
  call: Call,
  outcome: CallOutcome,
  awaitsSignalling: boolean,
  tone: Tone | null = null,
): void {
  stopTimers(turn, call);
  const hasMedia = call.media.name !== "none" || call.gathers === true;
  if (hasMedia) turn.ask({ type: "CloseMedia", call: call.id, ...(tone && { tone }) });
  const awaiting: Awaiting = { signalling: awaitsSignalling, media: hasMedia };
  const answeredAt = isIn(call, "established") ? call.phase.answeredAt : undefined;
  const ending = turn.enter(call, {
    name: "ending",
    endedAt: turn.moment.at,
    outcome,
    awaiting,
    ...(answeredAt === undefined ? {} : { answeredAt }),
  });
  turn.startTimer("ending", call.id, ENDING_MS);
  turn.tell("call.ending", ending);
  finishIfDone(turn, ending);
}

/** The peer or the network closed the dialog of a call that is ending. */
export function signallingDone(turn: Turn, call: CallIn<"ending">): void {
  awaitLess(turn, call, { ...call.phase.awaiting, signalling: false });
}

export function mediaClosed(turn: Turn, call: Call, report: MediaReport): void {
  const closed = withDigits(turn, call, report);
  if (isIn(closed, "ending")) mediaGone(turn, closed);
  else turn.notice("media closed by itself", call.id);
}

/** No report will come any more. */
export function mediaGone(turn: Turn, call: CallIn<"ending">): void {
  awaitLess(turn, call, { ...call.phase.awaiting, media: false });
}

/** The ending timer: nothing more will be waited for. */
export function endingTimedOut(turn: Turn, call: Call): void {
  if (isIn(call, "ending")) awaitLess(turn, call, { signalling: false, media: false });
}

function awaitLess(turn: Turn, call: CallIn<"ending">, awaiting: Awaiting): void {
  finishIfDone(turn, turn.enter(call, { ...call.phase, awaiting }));
}

function finishIfDone(turn: Turn, call: CallIn<"ending">): void {
  const { awaiting } = call.phase;
  if (awaiting.signalling || awaiting.media) return;
  turn.stopTimer("ending", call.id);
  turn.drop(call.id);
  publishQuality(turn, call);
  turn.events.push({ type: "call.ended", record: recordOf(call) });
}

/** To the account's collector, when there is one and something was measured. */
function publishQuality(turn: Turn, call: CallIn<"ending">): void {
  const { account, direction, remote, sipCallId, media, report, phase } = call;
  const { answeredAt, endedAt } = phase;
  if (turn.accounts.get(account)?.account.qualityCollector === undefined) return;
  if (answeredAt === undefined || sipCallId === undefined || media.name !== "running") return;
  if (report?.quality === undefined) return;
  const { remoteAddress, remotePort, sendFormat: format, ptime } = media.stream;
  turn.ask({
    type: "PublishQuality",
    account,
    session: {
      sipCallId,
      outgoing: direction === "outgoing",
      remote: remote.uri,
      answeredAt,
      endedAt,
      media: { port: media.port, remoteAddress, remotePort, format, ptime },
      report,
    },
  });
}

function recordOf(call: CallIn<"ending">): CallRecord {
  const { outcome, answeredAt, endedAt } = call.phase;
  const record: CallRecord = {
    ...outcome,
    id: call.id,
    direction: call.direction,
    account: call.account,
    remote: call.remote,
    startedAt: call.startedAt,
    endedAt,
  };
  if (call.sipCallId !== undefined) record.sipCallId = call.sipCallId;
  if (call.local !== undefined) record.local = call.local;
  if (call.transport !== undefined) record.transport = call.transport;
  if (call.media.name === "running") record.codec = call.media.stream.sendFormat.encoding;
  const encryption = encryptionOf(call);
  if (encryption !== undefined) record.encryption = encryption;
  if (answeredAt !== undefined) record.answeredAt = answeredAt;
  if (call.report !== undefined) record.report = call.report;
  if (call.silences !== undefined) record.silence = call.silences;
  const badSound = badSoundsOf(call);
  if (badSound !== undefined) record.badSound = badSound;
  const recording = call.recorded ?? call.endpoints.record;
  if (recording !== undefined && answeredAt !== undefined) record.recording = recording;
  if (call.recordingError !== undefined) record.recordingError = call.recordingError;
  return record;
}

/** Whatever may be running; `ending` begins now. */
function stopTimers(turn: Turn, call: Call): void {
  for (const timer of LIVING_TIMERS) {
    turn.stopTimer(timer, call.id);
  }
}
