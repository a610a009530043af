/**
 * The text of a session report, `application/vq-rtcpxr` (RFC 6035 §4.6). What was not measured is left
 * out. Local metrics are of what arrived here, remote ones of what arrived there, by its RTCP. Pure.
 */
import { commonR } from "../../core/media/mod.ts";
import type { DirectionQuality, QualitySession } from "../../core/ports/mod.ts";

/** Who is who in the report, and where we are. */
export interface ReportParties {
  /** URIs. */
  local: string;
  remote: string;
  /** Numeric. */
  localAddress: string;
}

/** Standard and enhanced concealment are the highest two of four (RFC 3611 §4.7.6). */
const CONCEALED = 3;
/** Whose packet rate says how many samples there were: G.722 (RFC 3551 §4.5.2). */
const SAMPLE_RATES: Readonly<Record<string, number>> = { G722: 16_000 };

export function vqReport(session: QualitySession, parties: ReportParties): string {
  const { sipCallId, outgoing, media, report } = session;
  const { incoming: heard, outgoing: told, sources } = report.quality ?? {};
  const lines = [
    "VQSessionReport: CallTerm",
    `CallID: ${sipCallId}`,
    `LocalID: <${parties.local}>`,
    `RemoteID: <${parties.remote}>`,
    `OrigID: <${outgoing ? parties.local : parties.remote}>`,
    `LocalAddr: ${address(parties.localAddress, media.port, sources?.ours)}`,
    `RemoteAddr: ${address(media.remoteAddress, media.remotePort, sources?.theirs)}`,
    "LocalMetrics:",
    ...metrics(session, heard, report.jitterMs),
    ...(told === undefined ? [] : ["RemoteMetrics:", ...metrics(session, told)]),
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

function address(ip: string, port: number, ssrc: number | undefined): string {
  const source = (ssrc ?? 0).toString(16).padStart(8, "0");
  return `IP=${ip} PORT=${port} SSRC=${source}`;
}

function metrics(
  session: QualitySession,
  quality: DirectionQuality | undefined,
  jitterMs?: number,
): string[] {
  const { answeredAt, endedAt, media: { format, ptime }, report } = session;
  const encoding = format.encoding.toUpperCase();
  const described = [
    `PT=${format.payloadType}`,
    `PD=${encoding}`,
    `SR=${SAMPLE_RATES[encoding] ?? format.clockRate}`,
    `FD=${ptime}`,
    "FPP=1",
    `PPS=${Math.round(1000 / ptime)}`,
    `PLC=${CONCEALED}`,
  ];
  return [
    `Timestamps:START=${time(answeredAt)} STOP=${time(endedAt)}`,
    `SessionDesc:${described.join(" ")}`,
    ...(quality === undefined ? [] : measured(quality)),
    ...line("Delay", {
      RTD: report.roundTripMs === undefined ? undefined : Math.round(report.roundTripMs),
      SOWD: quality?.oneWayMs,
      IAJ: jitterMs === undefined ? undefined : Math.round(jitterMs),
    }),
    ...(quality === undefined ? [] : scores(quality)),
  ];
}

function measured({ call, bursts }: DirectionQuality): string[] {
  const percent = (share: number | undefined) =>
    share === undefined ? undefined : (100 * share).toFixed(1);
  return [
    ...line("PacketLoss", { NLR: percent(call.lossShare), JDR: percent(call.lateShare) }),
    ...(bursts === undefined ? [] : line("BurstGapLoss", {
      BLD: percent(bursts.burstDensity),
      BD: bursts.burstMs,
      GLD: percent(bursts.gapDensity),
      GD: bursts.gapMs,
      GMIN: 16,
    })),
  ];
}

function scores({ scale, call: { listening, conversational } }: DirectionQuality): string[] {
  const r = (value: number | undefined) =>
    value === undefined ? undefined : Math.round(commonR(scale, value));
  return line("QualityEst", {
    RLQ: r(listening.r),
    RCQ: r(conversational?.r),
    MOSLQ: listening.mos.toFixed(1),
    MOSCQ: conversational?.mos.toFixed(1),
    QoEEstAlg: scale === "wideband" ? "G.107.1" : "G.107",
  });
}

/** A line with what is known; none without anything. */
function line(name: string, values: Record<string, string | number | undefined>): string[] {
  const known = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${value}`
  );
  return known.length === 0 ? [] : [`${name}:${known.join(" ")}`];
}

/** Without fractions of a second. */
function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
