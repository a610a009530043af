/**
 * STUN messages (RFC 8489 §5, §14): bytes to fields and back.
 *
 *     datagram ─► parseStun ─► StunMessage: class, method, transaction, attributes
 *     StunWriter ─► attributes ─► integrity ─► fingerprint ─► bytes
 *
 * Everything that is parsed came from anybody: a message is whole or it is none, and nothing in it
 * is believed before its integrity is checked (`media/transport/stun/integrity.ts`). Nothing here throws for input.
 */
import { uint16, uint32 } from "../octets/mod.ts";

/**
 * Methods of STUN (RFC 8489 §18.2) and TURN (RFC 8656 §17). Those above 0xff would not begin with 0–3,
 * as STUN beside RTP must (RFC 7983 §7).
 */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** Attributes (RFC 8489 §18.3, RFC 8656 §18, RFC 8445 §16.1). */
export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

const UNDERSTOOD: ReadonlySet<number> = new Set(Object.values(ATTRIBUTE));

export type StunClass = "request" | "indication" | "success" | "error";
const CLASSES: readonly StunClass[] = ["request", "indication", "success", "error"];

const STUN_HEADER_LENGTH = 20;
const MAGIC_COOKIE = 0x2112a442;
/** Larger ones do not fit a datagram that any network must carry. */
const MAX_LENGTH = 1500;

export interface StunMessage {
  class: StunClass;
  method: number;
  /** 24 hexadecimal digits. */
  transactionId: string;
  /**
   * The first of each type, in the order of the message. What stands behind MESSAGE-INTEGRITY is not
   * covered by it and so left out, but FINGERPRINT and the other integrity (RFC 8489 §14.5).
   */
  attributes: ReadonlyMap<number, StunAttribute>;
  /** Attributes that must be understood and are not (RFC 8489 §15). */
  unknown: readonly number[];
  /** The whole message, to check its integrity; a view of what was parsed. */
  bytes: Uint8Array;
}

export interface StunAttribute {
  value: Uint8Array;
  /** Of the attribute's header in the message. */
  offset: number;
}

/** Bytes of the message that begins here, to cut it out of a stream; undefined: none begins here. */
export function stunLength(data: Uint8Array): number | undefined {
  if (data.length < STUN_HEADER_LENGTH || data[0]! > 3 || uint32(data, 4) !== MAGIC_COOKIE) {
    return undefined;
  }
  const length = uint16(data, 2);
  return length % 4 === 0 ? STUN_HEADER_LENGTH + length : undefined;
}

/** @returns undefined for what is no STUN message; @param data not kept beyond the message's use */
export function parseStun(data: Uint8Array): StunMessage | undefined {
  if (data.length > MAX_LENGTH || stunLength(data) !== data.length) return undefined;
  const type = uint16(data, 0);
  const attributes = new Map<number, StunAttribute>();
  const unknown: number[] = [];
  for (let offset = STUN_HEADER_LENGTH; offset < data.length;) {
    if (offset + 4 > data.length) return undefined;
    const kind = uint16(data, offset);
    const end = offset + 4 + uint16(data, offset + 2);
    if (end > data.length) return undefined;
    if (!attributes.has(kind) && mayFollow(kind, attributes)) {
      attributes.set(kind, { value: data.subarray(offset + 4, end), offset });
      if (kind < 0x8000 && !UNDERSTOOD.has(kind)) unknown.push(kind);
    }
    offset = (end + 3) & ~3;
  }
  return {
    class: CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)]!,
    method: (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80),
    transactionId: data.subarray(8, 20).toHex(),
    attributes,
    unknown,
    bytes: data,
  };
}

function mayFollow(kind: number, before: ReadonlyMap<number, unknown>): boolean {
  if (before.has(ATTRIBUTE.fingerprint)) return false;
  if (kind === ATTRIBUTE.fingerprint || kind === ATTRIBUTE.messageIntegritySha256) return true;
  return !before.has(ATTRIBUTE.messageIntegrity) && !before.has(ATTRIBUTE.messageIntegritySha256);
}

/** Makes a message, attribute by attribute. */
export class StunWriter {
  readonly transactionId: string;
  #bytes: Uint8Array;
  #length = STUN_HEADER_LENGTH;

  /** @param transactionId 24 hexadecimal digits, never used before for a request */
  constructor(method: number, kind: StunClass, transactionId: string) {
    this.transactionId = transactionId;
    this.#bytes = new Uint8Array(256);
    const bits = CLASSES.indexOf(kind);
    const type = (method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) |
      ((bits & 1) << 4) | ((bits & 2) << 7);
    const view = new DataView(this.#bytes.buffer);
    view.setUint16(0, type);
    view.setUint32(4, MAGIC_COOKIE);
    this.#bytes.set(Uint8Array.fromHex(transactionId), 8);
  }

  /** The message as it is so far; valid until the next attribute. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** @param padding what fills the last word up; its value means nothing */
  add(kind: number, value: Uint8Array = new Uint8Array(), padding = 0): this {
    const start = this.#length;
    const end = start + 4 + value.length;
    this.reserve((end + 3) & ~3);
    this.#bytes.fill(padding, end, this.#length);
    const view = new DataView(this.#bytes.buffer);
    view.setUint16(start, kind);
    view.setUint16(start + 2, value.length);
    this.#bytes.set(value, start + 4);
    return this;
  }

  text(kind: number, value: string, padding = 0): this {
    return this.add(kind, new TextEncoder().encode(value), padding);
  }

  uint32(kind: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return this.add(kind, bytes);
  }

  uint64(kind: number, value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value);
    return this.add(kind, bytes);
  }

  /** Makes room up to `length` and writes it into the header. */
  private reserve(length: number): void {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length = length;
    new DataView(this.#bytes.buffer).setUint16(2, length - STUN_HEADER_LENGTH);
  }
}

const STRICT_TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An attribute's text; undefined when there is none, or when it is no UTF-8. */
export function textOf(message: StunMessage, kind: number): string | undefined {
  const attribute = message.attributes.get(kind);
  if (attribute === undefined) return undefined;
  try {
    return STRICT_TEXT.decode(attribute.value);
  } catch {
    return undefined;
  }
}

export function uint32Of(message: StunMessage, kind: number): number | undefined {
  const value = message.attributes.get(kind)?.value;
  return value?.length === 4 ? uint32(value, 0) : undefined;
}

export function uint64Of(message: StunMessage, kind: number): bigint | undefined {
  const value = message.attributes.get(kind)?.value;
  if (value?.length !== 8) return undefined;
  return BigInt(uint32(value, 0)) << 32n | BigInt(uint32(value, 4));
}

export interface StunError {
  code: number;
  reason: string;
}

/** @param reason ASCII */
export function addError(writer: StunWriter, { code, reason }: StunError): StunWriter {
  const phrase = new TextEncoder().encode(reason);
  const value = new Uint8Array(4 + phrase.length);
  value[2] = Math.floor(code / 100);
  value[3] = code % 100;
  value.set(phrase, 4);
  return writer.add(ATTRIBUTE.errorCode, value);
}

/** What an error response says; code 500 when it says nothing that can be understood. */
export function errorOf(message: StunMessage): StunError {
  const value = message.attributes.get(ATTRIBUTE.errorCode)?.value;
  const known = value !== undefined && value.length >= 4 && (value[2]! & 7) >= 3 && value[3]! < 100;
  if (!known) return { code: 500, reason: "" };
  return {
    code: (value[2]! & 7) * 100 + value[3]!,
    reason: new TextDecoder().decode(value.subarray(4, 4 + 127)),
  };
}
