/**
 * The messages that we sent last, until the peer is known to have them (RFC 6347 §4.2.4).
 *
 *     messages ─► fragments that fit ─► records ─► as few datagrams as hold them
 *
 * A repetition has new record numbers and the same messages.
 */
import { concat } from "../../../../base/octets/mod.ts";
import { FRAGMENT_HEADER_LENGTH, fragmentOf, type HandshakeMessage } from "../message/mod.ts";
import { ContentType, RECORD_HEADER_LENGTH, type RecordLayer, SEALING_LENGTH } from "./records.ts";

/** A message, or the change to keys before the messages behind it. */
export type FlightPart = { epoch: 0 | 1; message: HandshakeMessage } | "change-cipher-spec";

const CHANGE_CIPHER_SPEC = Uint8Array.of(1);

/** The datagrams of a flight, each of at most `mtu` octets. */
export function datagramsOf(
  parts: readonly FlightPart[],
  records: RecordLayer,
  mtu: number,
): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  let room = mtu;
  const flush = () => {
    if (waiting.length > 0) datagrams.push(concat(...waiting));
    [waiting, room] = [[], mtu];
  };
  for (const record of recordsOf(parts, records, mtu)) {
    if (record.length > room) flush();
    waiting.push(record);
    room -= record.length;
  }
  flush();
  return datagrams;
}

function* recordsOf(parts: readonly FlightPart[], records: RecordLayer, mtu: number) {
  for (const part of parts) {
    if (part === "change-cipher-spec") {
      yield records.seal(ContentType.changeCipherSpec, 0, CHANGE_CIPHER_SPEC);
      continue;
    }
    const { epoch, message } = part;
    const overhead = RECORD_HEADER_LENGTH + FRAGMENT_HEADER_LENGTH + epoch * SEALING_LENGTH;
    const size = mtu - overhead;
    let offset = 0;
    do {
      yield records.seal(ContentType.handshake, epoch, fragmentOf(message, offset, size));
      offset += size;
    } while (offset < message.body.length);
  }
}
