/** Handshake messages and their fragments (RFC 6347 §4.2.2). */
import { concat } from "../../../../base/octets/mod.ts";
import { OctetReader, uint16, uint24, uint8 } from "./octets.ts";

export const HandshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export const FRAGMENT_HEADER_LENGTH = 12;

export interface HandshakeMessage {
  type: number;
  /** message_seq. */
  sequence: number;
  body: Uint8Array;
}

export interface Fragment {
  type: number;
  sequence: number;
  /** Of the whole message. */
  length: number;
  offset: number;
  /** A view of the record. */
  data: Uint8Array;
}

/** The fragments of a record, up to the first that makes no sense. */
export function fragmentsIn(record: Uint8Array): Fragment[] {
  const reader = new OctetReader(record);
  const fragments: Fragment[] = [];
  while (reader.rest >= FRAGMENT_HEADER_LENGTH) {
    const [type, length, sequence] = [reader.uint8(), reader.uint24(), reader.uint16()];
    const [offset, size] = [reader.uint24(), reader.uint24()];
    if (offset + size > length || size > reader.rest) break;
    fragments.push({ type, sequence, length, offset, data: reader.take(size) });
  }
  return fragments;
}

export function fragmentOf(message: HandshakeMessage, offset: number, size: number): Uint8Array {
  const { type, sequence, body } = message;
  const data = body.subarray(offset, offset + size);
  const header = [uint8(type), uint24(body.length), uint16(sequence), uint24(offset)];
  return concat(...header, uint24(data.length), data);
}

/** As one fragment: how it is hashed and signed (RFC 6347 §4.2.6). */
export function wholeMessage(message: HandshakeMessage): Uint8Array {
  return fragmentOf(message, 0, message.body.length);
}
