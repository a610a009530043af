/**
 * What protects the packets of one master key: the seam between AES-CM with HMAC-SHA1 and AES-GCM.
 * All of it works in place, on bytes of the caller with room behind them, and never throws.
 */
import type { MasterKeyIdentifier } from "../../../core/media/mod.ts";

/** The most that protection adds to a packet: a tag, an MKI, and SRTCP's index. */
export const MAX_EXPANSION = 16 + 128 + 4;

/** A master key as octets; the caller's, read once. */
export interface MasterKey {
  key: Uint8Array;
  salt: Uint8Array;
  mki?: MasterKeyIdentifier;
}

/** Which packet: its source, and its place in the order of that source. */
export interface PacketPosition {
  /** 32 bits, signed or not. */
  ssrc: number;
  /** Roll-overs of the sequence number so far (RFC 3711 §3.3.1). */
  rollOver: number;
  sequence: number;
}

export interface PacketCipher {
  /**
   * Protects an RTP packet.
   * @param header octets that stay readable: fixed header, CSRC list and extension
   * @returns its new length
   */
  sealRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number;
  /** @returns the length without protection; −1: not authentic, and nothing was touched */
  openRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number;
  /** @param index 31 bits (§3.4) */
  sealRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number;
  openRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number;
  /** The index that an SRTCP packet states; −1: it is too short, or not encrypted. */
  rtcpIndex(data: Uint8Array, length: number): number;
}

/** Octets of RTCP that stay readable: the first header with its SSRC. */
export const RTCP_HEADER = 8;
/** The word behind SRTCP's ciphertext: E flag and index. */
export const INDEX_WORD = 4;
/** E: this packet is encrypted. */
export const ENCRYPTED = 0x8000_0000;

/** Octets of an MKI, big-endian. */
export function mkiOctets(mki: MasterKeyIdentifier | undefined): Uint8Array {
  const octets = new Uint8Array(mki?.length ?? 0);
  let rest = mki?.value ?? 0;
  for (let at = octets.length - 1; at >= 0; at--) {
    octets[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return octets;
}

/** Whether `expected` stands in `data` at `at`; takes as long whether it does or not. */
export function isAt(expected: Uint8Array, length: number, data: Uint8Array, at: number): boolean {
  let difference = 0;
  for (let i = 0; i < length; i++) difference |= expected[i]! ^ data[at + i]!;
  return difference === 0;
}
