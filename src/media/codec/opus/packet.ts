/** What the first octets of an Opus packet say (RFC 6716 §3.1, §4.2.3). */

/** Samples at 48 kHz of one frame, by the configuration of the packet (RFC 6716, table 2). */
function frameSamples(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return [480, 960, 1920, 2880][config & 3]!;
  if (config < 16) return config & 1 ? 960 : 480;
  return 120 << (config & 3);
}

/** SILK, alone or below CELT: only there is in-band FEC. */
const hasSilk = (toc: number) => toc >> 3 < 16;
const isStereo = (toc: number) => (toc & 4) !== 0;

/**
 * Samples of the packet before this one that this one can tell of; 0: none. The flag for it stands
 * behind those for voice activity, one of each 20 ms (RFC 6716 §4.2.3, §4.2.4). Only packets of one
 * frame are looked into: those are all that have the flag at a known place.
 */
export function recoverable(packet: Uint8Array): number {
  const [toc, first] = packet;
  if (toc === undefined || first === undefined || !hasSilk(toc) || (toc & 3) !== 0) return 0;
  const samples = frameSamples(toc);
  const parts = Math.max(1, samples / 960);
  const ofMiddle = first >> (7 - parts) & 1;
  const ofSide = isStereo(toc) ? first >> (6 - 2 * parts) & 1 : 0;
  return ofMiddle || ofSide ? samples : 0;
}
