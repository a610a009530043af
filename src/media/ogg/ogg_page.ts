/** Pages of an Ogg stream (RFC 3533 §6), as octets. */

/** Flags of a page. */
export const FIRST_PAGE = 2;
export const LAST_PAGE = 4;
/** Of one page: its segments are counted in one octet. */
export const MOST_SEGMENTS = 255;

/** What a page says beside its packets. */
export interface PageHead {
  flags: number;
  /** Samples at 48 kHz up to the end of the page's last packet; 0 for headers. */
  granule: number;
  /** Names the stream in its file. */
  serial: number;
  /** Counts from 0. */
  sequence: number;
}

const HEAD_LENGTH = 27;
const CHECKSUM_AT = 22;

/** Segments of a packet: each holds 255 octets, the last one fewer. */
export function segmentsOf(packet: Uint8Array): number {
  return Math.floor(packet.length / 255) + 1;
}

/** @param packets whole ones, of {@link MOST_SEGMENTS} together at most */
export function oggPage(head: PageHead, packets: readonly Uint8Array[]): Uint8Array {
  const lacing = packets.flatMap((packet) => {
    const full = segmentsOf(packet) - 1;
    return [...new Array<number>(full).fill(255), packet.length - 255 * full];
  });
  let at = HEAD_LENGTH + lacing.length;
  const page = new Uint8Array(packets.reduce((sum, { length }) => sum + length, at));
  page.set(new TextEncoder().encode("OggS"));
  const view = new DataView(page.buffer);
  view.setUint8(5, head.flags);
  view.setBigUint64(6, BigInt(head.granule), true);
  view.setUint32(14, head.serial, true);
  view.setUint32(18, head.sequence, true);
  view.setUint8(26, lacing.length);
  page.set(lacing, HEAD_LENGTH);
  for (const packet of packets) {
    page.set(packet, at);
    at += packet.length;
  }
  view.setUint32(CHECKSUM_AT, oggChecksum(page), true);
  return page;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let rest = octet << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ 0x04c1_1db7 : rest << 1;
  return rest;
});

/** CRC-32 with the polynomial 0x04c11db7, from 0, not reflected. */
function oggChecksum(octets: Uint8Array): number {
  let sum = 0;
  for (const octet of octets) sum = (sum << 8) ^ TABLE[(sum >>> 24) ^ octet]!;
  return sum >>> 0;
}
