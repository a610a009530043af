/**
 * Puts handshake messages together from fragments that come in any order, overlapping and repeated.
 *
 *     fragments ─► one message for each sequence number of the window ─► a flight, in order
 *
 * Fragments are not authenticated: anybody may have sent them. Where two disagree about a message the
 * newer one counts, so that the peer's repetition mends what a forger spoilt. Bounded: five messages
 * of bounded length.
 */
import { type Fragment, type HandshakeMessage, HandshakeType } from "../message/mod.ts";

/** Messages that may wait: the longest flight has five. */
const WINDOW = 5;
/** Octets of a message; a Certificate may hold a chain. */
const MAX_LENGTH = 4096;
const MAX_CERTIFICATE_LENGTH = 16_384;

class PartialMessage {
  readonly type: number;
  readonly body: Uint8Array;
  readonly #there: Uint8Array;
  #missing: number;

  constructor(type: number, length: number) {
    this.type = type;
    this.body = new Uint8Array(length);
    this.#there = new Uint8Array(length);
    this.#missing = length;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  add({ offset, data }: Fragment): void {
    this.body.set(data, offset);
    for (let at = offset; at < offset + data.length; at++) {
      if (this.#there[at] === 0) this.#missing--;
      this.#there[at] = 1;
    }
  }
}

export class Reassembly {
  /** Sequence number of the next message that is wanted. */
  #next = 0;
  readonly #messages = new Map<number, PartialMessage>();

  get next(): number {
    return this.#next;
  }

  /** How far from the next wanted message; negative: it was taken already. */
  placeOf({ sequence }: Fragment): number {
    return sequence - this.#next;
  }

  /** Of a message that is still wanted; what is too long or too far ahead is dropped. */
  add(fragment: Fragment): void {
    const { type, sequence, length } = fragment;
    const place = this.placeOf(fragment);
    const most = type === HandshakeType.certificate ? MAX_CERTIFICATE_LENGTH : MAX_LENGTH;
    if (place < 0 || place >= WINDOW || length > most) return;
    let message = this.#messages.get(sequence);
    if (message?.type !== type || message.body.length !== length) {
      message = new PartialMessage(type, length);
      this.#messages.set(sequence, message);
    }
    message.add(fragment);
  }

  /** The complete messages from the next wanted one on, without a gap. */
  inOrder(): HandshakeMessage[] {
    const messages: HandshakeMessage[] = [];
    for (let sequence = this.#next;; sequence++) {
      const message = this.#messages.get(sequence);
      if (!message?.isComplete) return messages;
      messages.push({ type: message.type, sequence, body: message.body });
    }
  }

  /** Messages below this sequence number are done with. */
  advance(next: number): void {
    this.#next = next;
    for (const sequence of this.#messages.keys()) {
      if (sequence < next) this.#messages.delete(sequence);
    }
  }

  /** Forgets what waits: it was no good, and the peer will say it again. */
  discard(): void {
    this.#messages.clear();
  }
}
