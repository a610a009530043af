/** The handshake's messages of both sides in order: what is hashed, signed and finished. */
import { concat } from "../../../../base/octets/mod.ts";
import { type HandshakeMessage, wholeMessage } from "../message/mod.ts";

export class Transcript {
  #messages: Uint8Array[] = [];
  /** message_seq of our next message. */
  #next = 0;

  /** Each with its header, as one fragment. */
  get messages(): readonly Uint8Array[] {
    return this.#messages;
  }

  /** One behind the other: what a CertificateVerify signs. */
  get octets(): Uint8Array {
    return concat(...this.#messages);
  }

  /** A message of ours; it gets the next number. */
  write(type: number, body: Uint8Array): HandshakeMessage {
    const message = { type, sequence: this.#next++, body };
    this.#messages.push(wholeMessage(message));
    return message;
  }

  /** Messages of the peer. */
  add(...messages: readonly HandshakeMessage[]): void {
    this.#messages.push(...messages.map(wholeMessage));
  }

  /** What came with these behind, without keeping them: they are not believed yet. */
  with(messages: readonly HandshakeMessage[]): readonly Uint8Array[] {
    return [...this.#messages, ...messages.map(wholeMessage)];
  }

  /** A ClientHello without a cookie and its answer do not count (RFC 6347 §4.2.1). */
  restart(): void {
    this.#messages = [];
  }
}
