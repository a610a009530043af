/**
 * One-way sound: a direction of an answered call in which none arrives for some seconds is told, with
 * what the facts say of its cause, and told again when sound is back.
 *
 *     report ─► nothing for 3 s ─► call.silence ─► sound ─► call.silence { silent: false }
 *        └► nearly ─► timer ─┘          └► nothing for the limit ─► the call ends
 *
 * Nothing is missed on hold, before the answer, and where the other side suppresses silence: its last
 * packet was comfort noise, or an earlier silence of its was over without a lost packet.
 */
import { OffhookError } from "../../../base/mod.ts";
import { formatHostPort } from "../../../base/network/mod.ts";
import { mayReceive } from "../../media/mod.ts";
import type { MediaReport } from "../../ports/mod.ts";
import {
  type Call,
  type CallDirection,
  type CallIn,
  explainsMore,
  isIn,
  type SilenceCause,
  silenceOf,
  type Turn,
} from "../../state/mod.ts";
import { end } from "./ending.ts";

const SILENT_MS = 3_000;
/** Reports come every second: what is due before the next one has a timer. */
const REPORT_MS = 1_100;
/** A peer that pauses is missed when its RTCP, which came, has stopped for two intervals, ms. */
const GONE_MS = 15_000;
/** A gated microphone is digitally silent while nobody speaks; one that does not work, for ever. */
const MICROPHONE_MS = 10_000;
/** A report and the last sound that were sent at one time arrive this far from each other at most, ms. */
const IN_FLIGHT_MS = 250;
/** Packets that may be lost at the end of a pause that was one. */
const PAUSE_LOSS = 3;

type Established = CallIn<"established">;

/** What a report tells of silence; it may end the call. */
export function watchSilence(turn: Turn, reported: Established, report: MediaReport): void {
  const call = counted(turn, reported, report);
  if (endedBySilence(turn, call)) return;
  if (isHeld(call)) return forget(turn, call);
  watchIncoming(turn, call, report);
  watchOutgoing(turn, turn.need(call.id) as Established, report);
}

/** The timer: no report came in between, or it said that nothing did. */
export function silenceDue(turn: Turn, call: Call): void {
  const { report, reportedAt } = call;
  if (!isIn(call, "established") || report === undefined || isHeld(call)) return;
  const passed = turn.moment.at - (reportedAt ?? turn.moment.at);
  const { rtpSilentMs, rtcpSilentMs } = report;
  watchIncoming(turn, call, {
    ...report,
    rtpSilentMs: rtpSilentMs + passed,
    rtcpSilentMs: rtcpSilentMs + passed,
  });
}

/** The first packet of all: no need to wait for a report. */
export function heard(turn: Turn, call: Call): void {
  turn.tell("call.heard", call);
  if (isIn(call, "established")) sounds(turn, call, "incoming");
}

function watchIncoming(turn: Turn, call: Established, report: MediaReport): void {
  const agreed = call.media.name === "running" && !receives(call);
  const silentMs = agreed ? turn.moment.at - call.phase.answeredAt : report.rtpSilentMs;
  if (silentMs < SILENT_MS) {
    if (!agreed) sounds(turn, call, "incoming");
    const left = SILENT_MS - silentMs;
    if (left < REPORT_MS) turn.startTimer("silence", call.id, left);
    return;
  }
  if (!agreed && pauses(call, report)) return;
  const [cause, at] = agreed ? ["by-agreement", ""] as const : incomingCause(call, report);
  silent(turn, call, "incoming", { cause, at, silentMs });
}

function watchOutgoing(turn: Turn, call: Established, report: MediaReport): void {
  const { remoteSilentMs = 0, microphoneSilentMs = 0 } = report;
  const mute = call.muted ? 0 : microphoneSilentMs;
  if (remoteSilentMs >= SILENT_MS) {
    const silentMs = remoteSilentMs;
    silent(turn, call, "outgoing", { cause: "not-arriving", at: placeOf(call, report), silentMs });
  } else if (mute >= MICROPHONE_MS) {
    silent(turn, call, "outgoing", { cause: "microphone", at: "", silentMs: mute });
  } else {
    const told = call.silences?.outgoing?.cause;
    // Of what nobody reports any more nothing new is known.
    const isBack = told === "microphone" ? !call.muted : report.remoteSilentMs === 0;
    if (isBack) sounds(turn, call, "outgoing");
  }
}

/** Why nothing comes, and the address that it is about. */
function incomingCause(call: Established, report: MediaReport): [SilenceCause, at: string] {
  const { ignored, ice } = report;
  const peer = placeOf(call, report);
  if (ice !== undefined && ice.state !== "connected") return ["no-way", peer];
  if (lacksKeys(call)) return ["no-keys", peer];
  if (report.unsent !== undefined) return ["unsent", peer];
  if (ignored?.reason === "other-format") return ["other-format", peer];
  if (ignored !== undefined) {
    const cause = ignored.reason === "not-authentic" ? "wrong-keys" : "elsewhere";
    return [cause, formatHostPort({ host: ignored.address, port: ignored.port })];
  }
  if (onlyReportsCome(report)) return ["reports-only", peer];
  return [report.received > 0 ? "stopped" : "nothing-came", peer];
}

/** RTCP has come after the last sound: before it, a phone whose cable was pulled looks the same. */
function onlyReportsCome({ received, rtpSilentMs, rtcpReceived, rtcpSilentMs }: MediaReport) {
  if (rtcpReceived === 0 || rtcpSilentMs >= GONE_MS) return false;
  return received === 0 || rtcpSilentMs + IN_FLIGHT_MS < rtpSilentMs;
}

function silent(
  turn: Turn,
  call: Established,
  direction: CallDirection,
  { cause, at, silentMs }: { cause: SilenceCause; at: string; silentMs: number },
): void {
  const told = call.silences?.[direction];
  if (told !== undefined && !explainsMore(cause, told.cause)) return;
  const silence = silenceOf(cause, at, told?.since ?? turn.moment.at - Math.round(silentMs));
  const lost = call.report?.lost ?? 0;
  const next = turn.put({
    ...call,
    silences: { ...call.silences, [direction]: silence },
    ...(told === undefined && direction === "incoming" ? { lostBefore: lost } : {}),
  });
  turn.tell("call.silence", next, { direction, silent: true, ...silence });
}

function sounds(turn: Turn, call: Established, direction: CallDirection): void {
  const told = call.silences?.[direction];
  if (told === undefined) return;
  const { [direction]: _, ...others } = call.silences ?? {};
  const { silences: _s, lostBefore = 0, ...rest } = call;
  const pausing = direction === "incoming" && wasPause(call, told.cause, lostBefore);
  const next = turn.put({
    ...rest,
    ...(Object.keys(others).length > 0 ? { silences: others } : {}),
    ...(pausing ? { pauses: true as const } : {}),
  });
  turn.tell("call.silence", next, {
    direction,
    silent: false,
    lastedMs: turn.moment.at - told.since,
  });
}

/** Nothing was lost of a peer that was there all the time: its reports came, before or meanwhile. */
function wasPause({ report }: Call, told: SilenceCause, lostBefore: number): boolean {
  if (report === undefined || report.received === 0) return false;
  if (report.lost - lostBefore > PAUSE_LOSS) return false;
  return told === "reports-only" || (told === "stopped" && report.rtcpReceived > 0);
}

/** On hold nobody misses sound: what was told is over, and nothing is said of it. */
function forget(turn: Turn, call: Established): void {
  if (call.silences === undefined) return;
  const { silences: _, lostBefore: _l, ...rest } = call;
  turn.put(rest);
}

function pauses({ pauses }: Call, report: MediaReport): boolean {
  const may = report.pausing === true || pauses === true;
  return may && (report.rtcpReceived === 0 || report.rtcpSilentMs < GONE_MS);
}

/**
 * Since when nothing has come, by the counters: a stream that is agreed on anew, as each session refresh
 * does it, does not begin another silence. On hold RTCP is enough.
 */
function counted(turn: Turn, call: Established, report: MediaReport): Established {
  const held = isHeld(call);
  const packets = report.received + (held ? report.rtcpReceived : 0);
  const before = call.counted;
  const same = before?.packets === packets && before.held === held;
  const { at } = turn.moment;
  const now = same ? before : { packets, held, since: at };
  return turn.put({ ...call, reportedAt: at, counted: now });
}

/** @returns whether the call ended: nothing came for as long as it may */
function endedBySilence(turn: Turn, call: Established): boolean {
  const { limits, counted } = call;
  const { settings } = turn;
  const limitMs = isHeld(call)
    ? limits.heldSilenceMs ?? settings.heldSilenceLimitMs
    : limits.silenceMs ?? settings.silenceLimitMs;
  if (!limitMs || counted === undefined || turn.moment.at - counted.since < limitMs) return false;
  const told = call.silences?.incoming;
  const seconds = Math.round(limitMs / 1_000);
  const error = new OffhookError(
    "media-failed",
    `nothing was heard of the other side for ${seconds} s${told ? `: ${told.text}` : ""}`,
    { hint: told?.hint ?? "The limit of silence of the call, or of the configuration, is over." },
  );
  turn.ask({ type: "SendBye", call: call.id });
  end(turn, call, {
    outcome: "media-failed",
    sipStatus: 200,
    reason: error.message,
    endedBy: "local",
    error: error.toJSON(),
  }, true);
  return true;
}

/** Where packets go: as far as media knows, or as the other side's description says. */
function placeOf({ media }: Call, { peer }: MediaReport): string {
  if (peer !== undefined) return formatHostPort({ host: peer.address, port: peer.port });
  if (media.name !== "running") return "";
  const { remoteAddress: host, remotePort: port } = media.stream;
  return formatHostPort({ host, port });
}

function lacksKeys({ media }: Call): boolean {
  return media.name === "running" && media.stream.keying?.kind === "dtls" &&
    media.secured === undefined;
}

function receives({ media }: Call): boolean {
  return media.name === "running" && mayReceive(media.stream.direction);
}

function isHeld({ hold }: Call): boolean {
  return hold.local || hold.remote;
}
