/**
 * The stage that encrypts: SRTP and SRTCP (RFC 3711) over whatever transport is below.
 *
 *     streams ── send ──► seal ──► below            without keys: nothing goes out
 *     streams ◄─ deliver ◄─ commit ◄─ below: is it from where the peer is? ◄─ open ◄─ datagram
 *
 * On the real-time path. Nothing is allocated for a packet with AES-CM, as long as packets of one kind
 * have one length.
 */
import type { Clock } from "../../../base/time/mod.ts";
import {
  type Keying,
  type NegotiatedStream,
  type SdesKey,
  type SrtpSuite,
  SUITE_PARAMETERS,
} from "../../../core/media/mod.ts";
import { MAX_DATAGRAM } from "../../rtp/mod.ts";
import { type Deliver, type MediaKind, type MediaTransport, TransportStage } from "../mod.ts";
import type { CreateCipher } from "./ciphers.ts";
import { type MasterKey, MAX_EXPANSION } from "./packet_cipher.ts";
import { SrtpReceiver } from "./srtp_receiver.ts";
import { SrtpSender } from "./srtp_sender.ts";

/** Datagrams that may be on their way into the socket at once. */
const BUFFERS = 16;

/** Keys of both directions. */
export interface SrtpKeys {
  suite: SrtpSuite;
  send: MasterKey;
  /** Several are told apart by their MKI. */
  receive: readonly MasterKey[];
}

export class SrtpTransport extends TransportStage {
  readonly #clock: Clock;
  #ciphers: CreateCipher;
  #sender: SrtpSender | undefined;
  readonly #opener = new SrtpReceiver();
  /** False: the stream was negotiated without encryption. */
  #secure = true;
  /** The keys in use, as the negotiation has them. */
  #sendKey = "";
  #receiveKey = "";
  readonly #sent = Array.from({ length: BUFFERS }, () => new Bytes());
  #current = 0;
  readonly #opened = new Bytes();

  constructor(below: MediaTransport, around: { clock: Clock; ciphers: CreateCipher }) {
    super(below);
    this.#clock = around.clock;
    this.#ciphers = around.ciphers;
    const deliver: Deliver = (kind, data) => {
      if (this.#secure) this.#opener.commit();
      return this.receiver?.deliver(kind, data) ?? false;
    };
    below.receiver = { deliver, screen: (kind, data) => this.#screen(kind, data) };
  }

  /** Ciphers for what is negotiated next. */
  provide(ciphers: CreateCipher): void {
    this.#ciphers = ciphers;
  }

  /** With the keys of SDES; those of another keying come by {@link rekey}. */
  override use(stream: NegotiatedStream, address: string): void {
    this.#secure = stream.keying !== undefined;
    if (stream.keying?.kind === "sdes") this.#useSdes(stream.keying);
    this.below.use(stream, address);
  }

  /** Sends with another key from now on, and receives with it as with the ones before. */
  rekey({ suite, send, receive }: SrtpKeys): void {
    this.#send(suite, send);
    this.#receive(suite, receive);
  }

  override send(kind: MediaKind, data: Uint8Array): void {
    if (kind === "keepalive" || !this.#secure) return this.below.send(kind, data);
    if (this.#sender === undefined || data.length + MAX_EXPANSION > MAX_DATAGRAM) return;
    const bytes = this.#sent[this.#current]!;
    bytes.buffer.set(data);
    const sender = this.#sender;
    const length = kind === "rtp"
      ? sender.rtp(bytes.buffer, data.length)
      : sender.rtcp(bytes.buffer, data.length);
    if (length === 0) return;
    this.#current = (this.#current + 1) % BUFFERS;
    this.below.send(kind, bytes.first(length));
  }

  #screen(kind: "rtp" | "rtcp", data: Uint8Array): Uint8Array | undefined {
    if (!this.#secure) return data;
    if (data.length > MAX_DATAGRAM) return undefined;
    const { buffer } = this.#opened;
    buffer.set(data);
    const now = this.#clock.now();
    const length = kind === "rtp"
      ? this.#opener.rtp(buffer, data.length, now)
      : this.#opener.rtcp(buffer, data.length, now);
    return length < 0 ? undefined : this.#opened.first(length);
  }

  /** What stays the same is not touched: its roll-over counters and windows go on. */
  #useSdes({ suite, send, receive }: Extract<Keying, { kind: "sdes" }>): void {
    const sendKey = JSON.stringify([suite, send]);
    if (sendKey !== this.#sendKey) this.#send(suite, masterKey(suite, send));
    this.#sendKey = sendKey;
    const receiveKey = JSON.stringify([suite, receive]);
    if (receiveKey !== this.#receiveKey) {
      this.#receive(suite, receive.map((key) => masterKey(suite, key)));
    }
    this.#receiveKey = receiveKey;
  }

  #send(suite: SrtpSuite, key: MasterKey): void {
    const cipher = this.#ciphers(suite, key);
    if (this.#sender === undefined) this.#sender = new SrtpSender(cipher);
    else this.#sender.rekey(cipher);
  }

  #receive(suite: SrtpSuite, keys: readonly MasterKey[]): void {
    this.#opener.rekey(keys.map((key) => this.#ciphers(suite, key)));
  }
}

/** A buffer, and a view of its first octets that is made anew only when their number changes. */
class Bytes {
  readonly buffer = new Uint8Array(MAX_DATAGRAM);
  #view = this.buffer;

  first(length: number): Uint8Array {
    if (this.#view.length !== length) this.#view = this.buffer.subarray(0, length);
    return this.#view;
  }
}

function masterKey(suite: SrtpSuite, { keySalt, mki }: SdesKey): MasterKey {
  const octets = Uint8Array.fromBase64(keySalt);
  const { keyLength, saltLength } = SUITE_PARAMETERS[suite];
  return {
    key: octets.slice(0, keyLength),
    salt: octets.slice(keyLength, keyLength + saltLength),
    ...(mki === undefined ? {} : { mki }),
  };
}
