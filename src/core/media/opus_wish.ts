/** What an account asks of Opus (RFC 7587 §6.1), for what it sends and in what it tells the peer. Pure. */
import type { OpusWish, PayloadFormat } from "./media_description.ts";

/** Bits a second that the standard allows. */
export const OPUS_BITRATES = { least: 6_000, most: 510_000 } as const;

/** Our formats, as an account with this wish describes them. */
export function withOpusWish(
  formats: PayloadFormat[],
  wish: OpusWish | undefined,
): PayloadFormat[] {
  const { bitrate, dtx } = wish ?? {};
  const said = [
    ...(bitrate === undefined ? [] : [`maxaveragebitrate=${bitrate}`]),
    ...(dtx === undefined ? [] : ["usedtx=1"]),
  ];
  if (said.length === 0) return formats;
  return formats.map((format) =>
    format.encoding === "OPUS"
      ? { ...format, parameters: [format.parameters, ...said].filter(Boolean).join(";") }
      : format
  );
}
