/** How an encoder of Opus runs, from what the peer asks for in its format parameters (RFC 7587 §6.1). */
import {
  OPUS_BITRATES,
  type OpusWish,
  parametersOf,
  type PayloadFormat,
} from "../../../core/media/mod.ts";

/**
 * Bits a second without loss and with it. FEC takes its share of the bitrate, so that speech would get
 * worse; measured at 5–20 % loss, more bits help where a higher expected loss does not.
 */
const CALM_BITRATE = 32_000;
const LOSSY_BITRATE = 48_000;

/** Bandwidths of `opus_encoder_ctl`, by the most samples a second that they need. */
const BANDS = [[8_000, 1101], [12_000, 1102], [16_000, 1103], [24_000, 1104]] as const;
const FULL_BAND = 1105;

export interface OpusSettings {
  calmBitrate: number;
  lossyBitrate: number;
  /** The peer makes use of in-band FEC. */
  fec: boolean;
  constantRate: boolean;
  /** Nothing is sent for silence. */
  dtx: boolean;
  /** As `opus_encoder_ctl` takes it. */
  widestBand: number;
}

/** A value that is no number, or outside of what the standard allows, counts as absent. */
export function opusSettings(format: PayloadFormat, { bitrate, dtx }: OpusWish = {}): OpusSettings {
  const of = parametersOf(format);
  const { least, most: mostOfAll } = OPUS_BITRATES;
  const most = whole(of.get("maxaveragebitrate"), least, mostOfAll) ?? mostOfAll;
  const rate = whole(of.get("maxplaybackrate"), 8_000, 48_000) ?? 48_000;
  return {
    calmBitrate: Math.min(most, bitrate ?? CALM_BITRATE),
    lossyBitrate: Math.min(most, bitrate ?? LOSSY_BITRATE),
    fec: of.get("useinbandfec") === "1",
    constantRate: of.get("cbr") === "1",
    dtx: dtx === true && of.get("usedtx") === "1",
    widestBand: BANDS.find(([widest]) => rate <= widest)?.[1] ?? FULL_BAND,
  };
}

function whole(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
