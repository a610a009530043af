/**
 * What a call's reports mean: numbers for each direction, and one word with its reason.
 *
 *     MediaReport (counters since the start) ─► QualitySample (this second) ─► Verdict
 *
 * Honest: a direction that nobody measured is "unknown", never good. Pure.
 */
import type { Names } from "../../base/names/mod.ts";
import type { DirectionQuality, MediaReport } from "../../core/ports/mod.ts";

/** One second of a call. `theirs` is what we receive, `ours` what the peer says it receives. */
export interface QualitySample {
  /** ms since the epoch. */
  at: number;
  theirs: SampledDirection;
  ours: SampledDirection;
  roundTripMs: number | null;
  /** dBFS of the last 100 ms; −90 is silence. */
  sentLevel: number;
  receivedLevel: number;
}

export interface SampledDirection {
  /** Packets lost of those expected since the sample before, 0–1; null: not measured. */
  loss: number | null;
  jitterMs: number | null;
  /** Opinion scores (MOS), of the last seconds; null: not measured. */
  rating: Rating | null;
  /** Packets that arrived since the sample before. */
  packets: number;
  /** Counters that the next sample is a difference to. */
  total: { packets: number; lost: number };
}

/** Scores of one scale say nothing beside those of the other. */
export interface Rating extends Pick<DirectionQuality, "scale"> {
  /** Without the delay. */
  listening: number;
  /** With it; null: the round trip is not known. */
  conversational: number | null;
}

/** Of a call's sound, best first. */
const WORDS = ["good", "fair", "poor", "bad"] as const satisfies Names<4>;
export type VerdictWord = "unknown" | (typeof WORDS)[number];

export const MEASURES = ["loss", "jitter", "delay"] as const satisfies Names<3>;
export type Measure = (typeof MEASURES)[number];
export type Reason = "none" | "nothing-measured" | "no-packets" | Measure;

/** What we hear of them, and they of us. */
export const SIDES = ["theirs", "ours"] as const satisfies Names<2>;
export type QualitySide = (typeof SIDES)[number];

export interface Verdict {
  word: VerdictWord;
  reason: Reason;
  /** The number behind the reason: percent of loss, ms of jitter or delay. */
  value: number;
}

/** Each limit is where the word before it ends. Loss in percent, jitter and round trip in ms. */
const LIMITS: Record<Measure, readonly [fair: number, poor: number, bad: number]> = {
  loss: [1, 3, 8],
  jitter: [30, 60, 120],
  delay: [300, 500, 800],
};

/** Samples that a verdict looks back. */
const WINDOW = 5;
/** Age of a peer's report above which it says nothing of now, ms: RTCP comes every 7.5 s or sooner. */
const STALE_MS = 15_000;
/** … and when nothing at all has come from the peer for this long, ms, whatever it said before. */
const GONE_MS = 5000;

export function sampleOf(
  report: MediaReport,
  before: QualitySample | undefined,
  at: number,
): QualitySample {
  const { received, lost, jitterMs, roundTripMs, quality } = report;
  return {
    at,
    theirs: {
      ...direction({ packets: received, lost }, jitterMs, before?.theirs),
      rating: ratingOf(quality?.incoming),
    },
    ours: { ...oursOf(report, before?.ours), rating: ratingOf(quality?.outgoing) },
    roundTripMs: roundTripMs ?? null,
    sentLevel: report.sentLevel,
    receivedLevel: report.receivedLevel,
  };
}

type Unrated = Omit<SampledDirection, "rating">;

function ratingOf(rated: DirectionQuality | undefined): Rating | null {
  if (rated?.now === undefined) return null;
  const { scale, now: { listening, conversational } } = rated;
  return { scale, listening: listening.mos, conversational: conversational?.mos ?? null };
}

/** Only what the peer says now, or said a moment ago and is still heard from, counts as measured. */
function oursOf(report: MediaReport, before: SampledDirection | undefined): Unrated {
  const { sent, remoteLost, remoteJitterMs, remoteReportAgeMs, remoteHears } = report;
  const gone = Math.min(report.rtpSilentMs, report.rtcpSilentMs) > GONE_MS;
  if (remoteLost === undefined || gone || (remoteReportAgeMs ?? 0) > STALE_MS) {
    const total = { packets: sent - (remoteLost ?? 0), lost: remoteLost ?? 0 };
    return { loss: null, jitterMs: null, packets: 0, total };
  }
  const total = { packets: sent - remoteLost, lost: remoteLost };
  const measured = direction(total, remoteJitterMs ?? null, before);
  // It counts losses only when a later packet arrives: with none at all everything is lost.
  return remoteHears === false && measured.packets > 0 ? { ...measured, loss: 1 } : measured;
}

function direction(
  total: SampledDirection["total"],
  jitterMs: number | null,
  before: SampledDirection | undefined,
): Unrated {
  const packets = Math.max(0, total.packets - (before?.total.packets ?? 0));
  const lost = Math.max(0, total.lost - (before?.total.lost ?? 0));
  const expected = packets + lost;
  return { loss: expected === 0 ? null : lost / expected, jitterMs, packets, total };
}

/** The last few seconds of one direction in a word. @param hold nothing is expected to come */
export function verdictOf(
  samples: readonly QualitySample[],
  side: QualitySide,
  hold = false,
): Verdict {
  const window = samples.slice(-WINDOW);
  const last = window.at(-1);
  if (last === undefined) return { word: "unknown", reason: "nothing-measured", value: 0 };
  const directions = window.map((sample) => sample[side]);
  const losses = directions.flatMap(({ loss }) => loss ?? []);
  if (losses.length === 0) {
    const silent = side === "theirs" && window.length >= 3 && !hold;
    return silent
      ? { word: "bad", reason: "no-packets", value: 0 }
      : { word: "unknown", reason: "nothing-measured", value: 0 };
  }
  const loss = 100 * losses.reduce((sum, value) => sum + value, 0) / losses.length;
  const jitter = last[side].jitterMs ?? 0;
  const delay = last.roundTripMs ?? 0;
  const found = ([["loss", loss], ["jitter", jitter], ["delay", delay]] as const)
    .map(([reason, value]) => ({ reason, value, grade: gradeOf(reason, value) }))
    .reduce((worst, next) => next.grade > worst.grade ? next : worst);
  const { reason, value, grade } = found;
  return grade === 0
    ? { word: "good", reason: "none", value: 0 }
    : { word: WORDS[grade]!, reason, value };
}

function gradeOf(kind: keyof typeof LIMITS, value: number): number {
  return LIMITS[kind].filter((limit) => value >= limit).length;
}
