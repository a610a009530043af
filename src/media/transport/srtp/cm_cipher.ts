/**
 * AES in counter mode with HMAC-SHA1 (RFC 3711 §3.1, §3.4, §4.1.1, §4.2.1).
 *
 *     RTP    header │ encrypted payload │ MKI │ tag         tag: all before the MKI, and the roll-over
 *     RTCP   header │ encrypted rest │ E, index │ MKI │ tag  tag: all before the MKI
 *
 * On the real-time path: nothing is allocated.
 */
import type { SuiteParameters } from "../../../core/media/mod.ts";
import { uint32, writeUint32 } from "../../rtp/mod.ts";
import { AesCounter, BLOCK } from "./aes_counter.ts";
import { HmacSha1 } from "./hmac_sha1.ts";
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

/** Octets of the session key for HMAC (RFC 3711 §8.2). */
const AUTHENTICATION_KEY = 20;
const SALT = 14;

export class CmCipher implements PacketCipher {
  readonly #rtp: Half;
  readonly #rtcp: Half;
  readonly #rtpTag: number;
  readonly #rtcpTag: number;
  readonly #mki: Uint8Array;

  constructor(master: MasterKey, { rtpTag, rtcpTag }: SuiteParameters) {
    this.#rtp = new Half(master, 0);
    this.#rtcp = new Half(master, RTCP_LABELS);
    this.#rtpTag = rtpTag;
    this.#rtcpTag = rtcpTag;
    this.#mki = mkiOctets(master.mki);
  }

  sealRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number {
    const { ssrc, rollOver, sequence } = position;
    this.#rtp.crypt(data, header, length, ssrc, rollOver, sequence);
    this.#rtp.hmac.sign(data, length, rollOver);
    return this.#append(data, length, this.#rtp.hmac.tag, this.#rtpTag);
  }

  openRtp(data: Uint8Array, header: number, length: number, position: PacketPosition): number {
    const { ssrc, rollOver, sequence } = position;
    const end = length - this.#rtpTag - this.#mki.length;
    if (end < header || !isAt(this.#mki, this.#mki.length, data, end)) return -1;
    this.#rtp.hmac.sign(data, end, rollOver);
    if (!isAt(this.#rtp.hmac.tag, this.#rtpTag, data, length - this.#rtpTag)) return -1;
    this.#rtp.crypt(data, header, end, ssrc, rollOver, sequence);
    return end;
  }

  sealRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number {
    this.#rtcp.crypt(data, RTCP_HEADER, length, ssrc, index >>> 16, index & 0xffff);
    writeUint32(data, length, ENCRYPTED + index);
    const signed = length + INDEX_WORD;
    this.#rtcp.hmac.sign(data, signed, -1);
    return this.#append(data, signed, this.#rtcp.hmac.tag, this.#rtcpTag);
  }

  openRtcp(data: Uint8Array, length: number, ssrc: number, index: number): number {
    const signed = length - this.#rtcpTag - this.#mki.length;
    if (!isAt(this.#mki, this.#mki.length, data, signed)) return -1;
    this.#rtcp.hmac.sign(data, signed, -1);
    if (!isAt(this.#rtcp.hmac.tag, this.#rtcpTag, data, length - this.#rtcpTag)) return -1;
    const end = signed - INDEX_WORD;
    this.#rtcp.crypt(data, RTCP_HEADER, end, ssrc, index >>> 16, index & 0xffff);
    return end;
  }

  rtcpIndex(data: Uint8Array, length: number): number {
    const at = length - this.#rtcpTag - this.#mki.length - INDEX_WORD;
    const word = at < RTCP_HEADER ? 0 : uint32(data, at);
    return word >= ENCRYPTED ? word - ENCRYPTED : -1;
  }

  #append(data: Uint8Array, length: number, tag: Uint8Array, tagLength: number): number {
    const mki = this.#mki;
    let end = length;
    for (let i = 0; i < mki.length; i++) data[end++] = mki[i]!;
    for (let i = 0; i < tagLength; i++) data[end++] = tag[i]!;
    return end;
  }
}

/** The session keys of RTP, or of RTCP. */
class Half {
  readonly hmac: HmacSha1;
  readonly #aes: AesCounter;
  readonly #salt: Uint8Array;
  readonly #counter = new Uint8Array(BLOCK);

  constructor(master: MasterKey, labels: number) {
    this.hmac = new HmacSha1(derive(master, labels + LABEL.authentication, AUTHENTICATION_KEY));
    this.#aes = new AesCounter(derive(master, labels + LABEL.encryption, master.key.length));
    this.#salt = derive(master, labels + LABEL.salt, SALT);
  }

  /** Encrypts or decrypts. @param high and `low` (16 bits): the packet's index */
  crypt(
    data: Uint8Array,
    start: number,
    end: number,
    ssrc: number,
    high: number,
    low: number,
  ): void {
    const counter = this.#counter;
    counter.fill(0);
    writeUint32(counter, 4, ssrc);
    writeUint32(counter, 8, high);
    counter[12] = low >>> 8;
    counter[13] = low;
    for (let i = 0; i < SALT; i++) counter[i]! ^= this.#salt[i]!;
    this.#aes.apply(counter, data, start, end);
  }
}
