/**
 * How good a direction of speech is, by the E-model (ITU-T G.107, and G.107.1 for wideband): planning
 * values for codecs, loss and delay go in, a rating factor R and the opinion score (MOS) that follows
 * from it come out. Pure.
 *
 *     R = R₀ − Idd(delay) − Ie,eff(codec, loss)        MOS = f(R), or f(R ÷ 1.29) on the wideband scale
 *
 * All other parameters of the model have their default values: nothing of a room, a loudness or an
 * echo is measured here. A listening score leaves the delay out, a conversational one has it.
 *
 * Two scales: a narrowband codec is judged among narrowband calls (R up to 93.2), a wideband one among
 * wideband calls (R up to 129). Scores of one scale say nothing beside scores of the other.
 */
import type { Names } from "../../base/names/mod.ts";

export const QUALITY_SCALES = ["narrowband", "wideband"] as const satisfies Names<2>;
export type QualityScale = (typeof QUALITY_SCALES)[number];

/** A rating factor with the opinion score that follows from it. */
export interface QualityScore {
  /** At most 93.2 on the narrowband scale, 129 on the wideband one; never below 0. */
  r: number;
  /** 1–4.5. */
  mos: number;
}

/** What a codec does to speech, and what loss does to the codec. */
interface Impairment {
  scale: QualityScale;
  /** Equipment impairment factor, Ie. */
  ie: number;
  /** Packet-loss robustness factor, Bpl: the higher, the less a lost packet is heard. */
  bpl: number;
  /** The same of a receiver that puts silence in the place of what is lost. */
  bplUnconcealed: number;
}

/** G.113 appendix I: G.711 with the concealment of its appendix I, and without any. */
const G711: Impairment = { scale: "narrowband", ie: 0, bpl: 25.1, bplUnconcealed: 4.3 };

/**
 * By encoding name. Opus and the robustness of G.722 have no planning value of the ITU: those are
 * derived (docs/quality.md) from what we measured of intelligibility, with G.711 as the yardstick.
 */
const IMPAIRMENTS: Readonly<Record<string, Impairment>> = {
  PCMU: G711,
  PCMA: G711,
  // Ie of 64 kbit/s: G.113 appendix IV.
  G722: { scale: "wideband", ie: 13, bpl: 11, bplUnconcealed: 4.3 },
  OPUS: { scale: "wideband", ie: 1, bpl: 22, bplUnconcealed: 4.3 },
};

/** What the model starts from, with every parameter but those measured at its default. */
const BEST: Record<QualityScale, number> = { narrowband: 93.2, wideband: 129 };
/** By which the wideband scale is longer (G.107.1 annex A). */
const WIDER = 1.29;
/** Ie,eff can reach this much: nothing is understood any more (G.107 §7.5). */
const WORST_IE = 95;
/** One-way delay up to which nobody minds, ms (G.107 §7.4). */
const UNHEARD_MS = 100;

/** What was measured of a direction. */
export interface MeasuredSpeech {
  /** Encoding name. */
  codec: string;
  /** Share of the packets that were not played, lost or late: 0–1. */
  loss: number;
  /** Mean run of packets lost in a row over that of random loss; 1: random (G.107 §7.5, BurstR). */
  burstRatio?: number;
  /** The receiver plays silence for what is lost. */
  unconcealed?: boolean;
}

/** The scale of a codec; undefined: it is not known how speech sounds through it. */
export function scaleOf(codec: string): QualityScale | undefined {
  return IMPAIRMENTS[codec.toUpperCase()]?.scale;
}

/**
 * @param oneWayMs mouth to ear, for a conversational score; absent: a listening score
 * @returns undefined for a codec that is not known
 */
export function scoreOf(speech: MeasuredSpeech, oneWayMs?: number): QualityScore | undefined {
  const impairment = IMPAIRMENTS[speech.codec.toUpperCase()];
  if (impairment === undefined) return undefined;
  const { scale } = impairment;
  const delay = oneWayMs === undefined ? 0 : delayImpairment(oneWayMs);
  const r = Math.max(0, BEST[scale] - delay - lossImpairment(impairment, speech));
  const mos = mosOf(scale === "wideband" ? r / WIDER : r);
  return { r: Math.round(r * 10) / 10, mos: Math.round(mos * 100) / 100 };
}

/** MOS of a rating factor (G.107 annex B). Below R = 6.5 the polynomial dips under 1. */
export function mosOf(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** R on the scale of 0–100 that a wideband call shares with others (RFC 3611 §4.7.5). */
export function commonR(scale: QualityScale, r: number): number {
  return scale === "wideband" ? r / WIDER : r;
}

/** Ie,eff (G.107 §7.5). */
function lossImpairment(
  { ie, bpl, bplUnconcealed }: Impairment,
  { loss, burstRatio = 1, unconcealed = false }: MeasuredSpeech,
): number {
  const percent = 100 * Math.min(1, Math.max(0, loss));
  const robustness = unconcealed ? bplUnconcealed : bpl;
  const heard = percent / (percent / Math.max(1, burstRatio) + robustness);
  return ie + (WORST_IE - ie) * heard;
}

/** Idd, the impairment of a delay without echo (G.107 §7.4). @param oneWayMs Ta */
export function delayImpairment(oneWayMs: number): number {
  if (oneWayMs <= UNHEARD_MS) return 0;
  const x = Math.log2(oneWayMs / UNHEARD_MS);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}
