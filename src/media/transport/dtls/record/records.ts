/**
 * The record layer (RFC 6347 §4.1): datagrams to and from records, sealed from epoch 1 on.
 *
 *     datagram ─► recordsIn ─► epoch 0: as it is; epoch 1: replay window ─► AES-GCM ─► content
 *     content ─► seal ─► record
 *
 * What is broken, forged or repeated is dropped without a word (RFC 6347 §4.1.2.7).
 */
import { concat } from "../../../../base/octets/mod.ts";
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { CipherSuite, WriteKeys } from "../crypto/mod.ts";
import { DTLS_1_0, DTLS_1_2, OctetReader, uint16, uint48, uint8 } from "../message/mod.ts";
import { ReplayWindow } from "./replay_window.ts";

export const ContentType = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

export interface DtlsRecord {
  type: number;
  version: number;
  epoch: number;
  sequenceNumber: number;
  /** As it stands in the datagram: a view. */
  fragment: Uint8Array;
}

export const RECORD_HEADER_LENGTH = 13;
const EXPLICIT_NONCE_LENGTH = 8;
const TAG_LENGTH = 16;
/** What sealing adds to a content. */
export const SEALING_LENGTH = EXPLICIT_NONCE_LENGTH + TAG_LENGTH;

/** The records of a datagram, up to the first that makes no sense. */
export function recordsIn(datagram: Uint8Array): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  const reader = new OctetReader(datagram);
  while (reader.rest >= RECORD_HEADER_LENGTH) {
    const [type, version, epoch] = [reader.uint8(), reader.uint16(), reader.uint16()];
    const sequenceNumber = reader.uint48();
    const length = reader.uint16();
    if (type < 20 || type > 23 || length > reader.rest) break;
    if (version !== DTLS_1_2 && version !== DTLS_1_0) break;
    records.push({ type, version, epoch, sequenceNumber, fragment: reader.take(length) });
  }
  return records;
}

export interface RecordProtection {
  cipher: CipherSuite["cipher"];
  local: WriteKeys;
  remote: WriteKeys;
}

export class RecordLayer {
  /** Next sequence number by epoch. */
  readonly #next = [0, 0];
  readonly #window = new ReplayWindow();
  #protection: RecordProtection | undefined;

  /** Epoch 1 can be sealed and opened. */
  get isProtected(): boolean {
    return this.#protection !== undefined;
  }

  protect(protection: RecordProtection): void {
    this.#protection = protection;
  }

  /** A record with the next sequence number of its epoch. */
  seal(type: number, epoch: 0 | 1, content: Uint8Array): Uint8Array {
    const sequenceNumber = this.#next[epoch]!++;
    const number = concat(uint16(epoch), uint48(sequenceNumber));
    const fragment = epoch === 0 ? content : this.#encrypt(type, number, content);
    return concat(uint8(type), uint16(DTLS_1_2), number, uint16(fragment.length), fragment);
  }

  /** The content of a record of epoch 1; undefined when it is not the peer's, or came already. */
  open({ type, version, epoch, sequenceNumber, fragment }: DtlsRecord): Uint8Array | undefined {
    const protection = this.#protection;
    if (protection === undefined || fragment.length < SEALING_LENGTH) return undefined;
    if (!this.#window.isNew(sequenceNumber)) return undefined;
    const { key, salt } = protection.remote;
    const nonce = concat(salt, fragment.subarray(0, EXPLICIT_NONCE_LENGTH));
    const decipher = createDecipheriv(protection.cipher, key, nonce);
    const length = fragment.length - SEALING_LENGTH;
    const number = concat(uint16(epoch), uint48(sequenceNumber));
    decipher.setAAD(additionalData(number, type, version, length));
    decipher.setAuthTag(fragment.subarray(-TAG_LENGTH));
    try {
      const sealed = fragment.subarray(EXPLICIT_NONCE_LENGTH, -TAG_LENGTH);
      const content = concat(decipher.update(sealed), decipher.final());
      this.#window.mark(sequenceNumber);
      return content;
    } catch {
      return undefined;
    }
  }

  /** The nonce is the record's number, which never comes twice (RFC 5288 §3). */
  #encrypt(type: number, number: Uint8Array, content: Uint8Array): Uint8Array {
    const { cipher, local } = this.#protection!;
    const sealing = createCipheriv(cipher, local.key, concat(local.salt, number));
    sealing.setAAD(additionalData(number, type, DTLS_1_2, content.length));
    return concat(number, sealing.update(content), sealing.final(), sealing.getAuthTag());
  }
}

/** RFC 5246 §6.2.3.3. */
function additionalData(number: Uint8Array, type: number, version: number, length: number) {
  return concat(number, uint8(type), uint16(version), uint16(length));
}
