/**
 * AES-GCM (RFC 7714 §8, §9).
 *
 *     RTP    header │ encrypted payload │ tag │ MKI           associated: header
 *     RTCP   header │ encrypted rest │ tag │ E, index │ MKI   associated: header, E and index
 *
 * On the real-time path. node:crypto makes a cipher object and some buffers for each packet, about
 * 2.6 kB: GHASH of our own would need tables of 4 kB for each key, and AES-CM is there for who counts.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { MasterKeyIdentifier } from "../../../core/media/mod.ts";
import { uint32, writeUint32 } from "../../rtp/mod.ts";
import { derive, LABEL, RTCP_LABELS } from "./key_derivation.ts";
import {
  ENCRYPTED,
  INDEX_WORD,
  isAt,
  type MasterKey,
  mkiOctets,
  type PacketCipher,
  type PacketPosition,
  RTCP_HEADER,
} from "./packet_cipher.ts";

const TAG = 16;
const SALT = 12;

export class GcmCipher implements PacketCipher {
  readonly #rtp: Half;
  readonly #rtcp: Half;
  readonly #mki: Uint8Array;
  /** Header and index of the RTCP packet under way. */
  readonly #associated = new Uint8Array(RTCP_HEADER + INDEX_WORD);

  constructor(rtp: SessionKeys, rtcp: SessionKeys, mki?: MasterKeyIdentifier) {
    this.#rtp = new Half(rtp);
    this.#rtcp = new Half(rtcp);
    this.#mki = mkiOctets(mki);
  }

  static of(master: MasterKey): GcmCipher {
    return new GcmCipher(sessionKeys(master, 0), sessionKeys(master, RTCP_LABELS), master.mki);
  }

  sealRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number {
    const { ssrc, rollOver, sequence } = position;
    this.#rtp.address(ssrc, rollOver, sequence);
    return this.#append(data, this.#rtp.seal(data.subarray(0, header), data, header, length));
  }

  openRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number {
    const { ssrc, rollOver, sequence } = position;
    const end = length - this.#mki.length;
    if (end < header + TAG || !isAt(this.#mki, this.#mki.length, data, end)) return -1;
    this.#rtp.address(ssrc, rollOver, sequence);
    return this.#rtp.open(data.subarray(0, header), data, header, end);
  }

  sealRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number {
    this.#rtcp.address(ssrc, index >>> 16, index & 0xffff);
    const end = this.#rtcp.seal(this.#header(data, index), data, RTCP_HEADER, length);
    writeUint32(data, end, ENCRYPTED + index);
    return this.#append(data, end + INDEX_WORD);
  }

  openRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number {
    const end = length - this.#mki.length;
    if (end < RTCP_HEADER + TAG + INDEX_WORD) return -1;
    if (!isAt(this.#mki, this.#mki.length, data, end)) return -1;
    this.#rtcp.address(ssrc, index >>> 16, index & 0xffff);
    return this.#rtcp.open(this.#header(data, index), data, RTCP_HEADER, end - INDEX_WORD);
  }

  rtcpIndex(data: Uint8Array, length: number): number {
    const at = length - this.#mki.length - INDEX_WORD;
    const word = at < RTCP_HEADER ? 0 : uint32(data, at);
    return word >= ENCRYPTED ? word - ENCRYPTED : -1;
  }

  #header(data: Uint8Array, index: number): Uint8Array {
    const associated = this.#associated;
    for (let i = 0; i < RTCP_HEADER; i++) associated[i] = data[i]!;
    writeUint32(associated, RTCP_HEADER, ENCRYPTED + index);
    return associated;
  }

  #append(data: Uint8Array, length: number): number {
    data.set(this.#mki, length);
    return length + this.#mki.length;
  }
}

interface SessionKeys {
  key: Uint8Array;
  salt: Uint8Array;
}

function sessionKeys(master: MasterKey, labels: number): SessionKeys {
  return {
    key: derive(master, labels + LABEL.encryption, master.key.length),
    salt: derive(master, labels + LABEL.salt, SALT),
  };
}

/** What RTP, or RTCP, is encrypted with. */
class Half {
  readonly #algorithm: "aes-128-gcm" | "aes-256-gcm";
  readonly #key: Uint8Array;
  readonly #salt: Uint8Array;
  readonly #iv = new Uint8Array(SALT);

  constructor({ key, salt }: SessionKeys) {
    this.#algorithm = key.length === 32 ? "aes-256-gcm" : "aes-128-gcm";
    this.#key = key;
    this.#salt = salt;
  }

  /** Says which packet comes next (§8.1, §9.1). @param high and `low` (16 bits): its index */
  address(ssrc: number, high: number, low: number): void {
    const iv = this.#iv;
    iv[0] = iv[1] = 0;
    writeUint32(iv, 2, ssrc);
    writeUint32(iv, 6, high);
    iv[10] = low >>> 8;
    iv[11] = low;
    for (let i = 0; i < SALT; i++) iv[i]! ^= this.#salt[i]!;
  }

  /** Encrypts in place, with the tag behind. @returns where that ends */
  seal(associated: Uint8Array, data: Uint8Array, start: number, end: number): number {
    const cipher = createCipheriv(this.#algorithm, this.#key, this.#iv);
    cipher.setAAD(associated);
    data.set(cipher.update(data.subarray(start, end)), start);
    cipher.final();
    data.set(cipher.getAuthTag(), end);
    return end + TAG;
  }

  /** Decrypts in place. @param end behind the tag @returns where the text ends, or −1 */
  open(associated: Uint8Array, data: Uint8Array, start: number, end: number): number {
    const textEnd = end - TAG;
    const decipher = createDecipheriv(this.#algorithm, this.#key, this.#iv);
    decipher.setAAD(associated);
    decipher.setAuthTag(data.subarray(textEnd, end));
    const text = decipher.update(data.subarray(start, textEnd));
    try {
      decipher.final();
    } catch {
      return -1;
    }
    data.set(text, start);
    return textEnd;
  }
}
