/**
 * DTLS 1.2 between two phones (RFC 6347) for the keys of SRTP (RFC 5763, RFC 5764).
 *
 *     datagram ─► records ─► fragments ─► messages ─► role: a flight is believed, or refused
 *     role ─► flight ─► records ─► datagrams, repeated until answered
 *
 *     handshaking ─► connected ─► closed
 *          └─────► failed
 *
 * Nobody is believed before the handshake has proved who they are: what is broken or forged is dropped
 * and the peer's own words are waited for, alerts included. Bounded in memory, in time and in the
 * signatures that are tried. Not on the real-time path: a handshake takes some milliseconds of its
 * thread, once a call.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import {
  type Alert,
  AlertDescription,
  alertName,
  fragmentsIn,
  HandshakeType,
  Malformed,
  readAlert,
  writeAlert,
} from "./message/mod.ts";
import {
  ClientRole,
  type HandshakeOptions,
  type HandshakeRole,
  Refused,
  ServerRole,
} from "./role/mod.ts";
import {
  ContentType,
  datagramsOf,
  type DtlsRecord,
  type FlightPart,
  Reassembly,
  RecordLayer,
  recordsIn,
  Repeater,
} from "./record/mod.ts";
import type { DtlsSrtpKeys } from "./crypto/mod.ts";

export interface AssociationOptions extends HandshakeOptions {
  role: "client" | "server";
  clock: Clock;
  /** Octets of a datagram at most; 1200 pass nearly everywhere. */
  mtu?: number;
  /** A server's: whoever begins must show first that it gets what we send. Not needed behind ICE. */
  demandCookie?: boolean;
}

export interface AssociationListener {
  send(datagram: Uint8Array): void;
  /** Once; the keys may be used from now on. @param certificate of the peer, DER */
  connected(keys: DtlsSrtpKeys, certificate: Uint8Array): void;
  /** Once; nothing comes after it. `tls-failed`: the peer is not who it should be. */
  failed(error: OffhookError): void;
  /** The peer ended it, after `connected`. */
  closed(): void;
}

const DEFAULT_MTU = 1200;
/** How long a handshake may take. */
const LONGEST_MS = 15_000;
/** … once the peer has shown another certificate: the right one may still come. */
const REFUSAL_MS = 3000;
/** Records that came before their keys. */
const MAX_EARLY = 4;
/** Signatures that are tried at once, and in a second. */
const TRIALS = 20;

export class Association {
  readonly #options: AssociationOptions;
  readonly #listener: AssociationListener;
  readonly #records = new RecordLayer();
  readonly #inbox = new Reassembly();
  readonly #role: HandshakeRole;
  readonly #repeater: Repeater;
  #state: "new" | "handshaking" | "connected" | "over" = "new";
  #flight: FlightPart[] = [];
  #early: DtlsRecord[] = [];
  #deadline: TimerHandle | undefined;
  /** Why the last flight was not believed, and what an alert said that anybody may have sent. */
  #refused: Refused | undefined;
  #alert: Alert | undefined;
  #trials = TRIALS;
  #trialsAt = 0;

  constructor(options: AssociationOptions, listener: AssociationListener) {
    this.#options = options;
    this.#listener = listener;
    this.#repeater = new Repeater(options.clock, () => this.#transmit());
    const output = {
      send: (flight: FlightPart[], until: "answered" | "asked") => this.#send(flight, until),
      protect: this.#records.protect.bind(this.#records),
      connected: (keys: DtlsSrtpKeys, certificate: Uint8Array) =>
        this.#connected(keys, certificate),
      mayVerify: () => this.#mayVerify(),
    };
    this.#role = options.role === "client"
      ? new ClientRole(options, output)
      : new ServerRole({ ...options, demandCookie: options.demandCookie ?? false }, output);
  }

  /** A client begins; a server waits. The handshake fails when it takes 15 s. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "handshaking";
    this.#failIn(LONGEST_MS);
    this.#role.start();
  }

  /** What came from the peer, or from who says so. Never throws. */
  receive(datagram: Uint8Array): void {
    for (const record of recordsIn(datagram)) this.#receive(record);
    this.#take();
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  /** Ends it without a word: another has taken its place. Idempotent. */
  abandon(): void {
    this.#end();
  }

  /** Tells a connected peer; idempotent. */
  close(): void {
    if (this.#state === "connected") {
      this.#sendAlert({ level: "warning", description: AlertDescription.closeNotify });
    }
    this.#end();
  }

  #receive(record: DtlsRecord): void {
    if (this.#state !== "handshaking" && this.#state !== "connected") return;
    if (record.epoch === 0) {
      if (this.#state === "connected") return;
      if (record.type === ContentType.handshake) this.#handshake(record.fragment, 0);
      if (record.type === ContentType.alert) {
        this.#alert = readAlert(record.fragment) ?? this.#alert;
      }
      return;
    }
    if (record.epoch !== 1) return;
    if (!this.#records.isProtected) return this.#keepEarly(record);
    const content = this.#records.open(record);
    if (content === undefined) return;
    if (record.type === ContentType.handshake) this.#handshake(content, 1);
    if (record.type === ContentType.alert) this.#heed(readAlert(content));
  }

  /** Of a copy: the datagram is the socket's. */
  #keepEarly(record: DtlsRecord): void {
    if (this.#early.length === MAX_EARLY) this.#early.shift();
    this.#early.push({ ...record, fragment: Uint8Array.from(record.fragment) });
  }

  #handshake(content: Uint8Array, epoch: 0 | 1): void {
    let isRepeated = false;
    for (const fragment of fragmentsIn(content)) {
      const { type } = fragment;
      // The Finished alone is sent under the new keys, and under no other.
      if ((type === HandshakeType.finished) !== (epoch === 1)) continue;
      const place = this.#inbox.placeOf(fragment);
      if (place < 0) isRepeated = true;
      else if (this.#role.expects(place, type)) this.#inbox.add(fragment);
    }
    if (isRepeated) this.#repeater.ask();
  }

  /** What a whole datagram completed: its sender means it as one. */
  #take(): void {
    try {
      while (this.#state === "handshaking" && this.#takeMessages() > 0) this.#takeEarly();
    } catch (error) {
      this.#refuse(error);
    }
  }

  #takeMessages(): number {
    const messages = this.#inbox.inOrder();
    const taken = messages.length > 0 ? this.#role.take(messages) : 0;
    if (taken === 0) return 0;
    this.#inbox.advance(messages[taken - 1]!.sequence + 1);
    if (this.#refused?.isAnswer && this.#state === "handshaking") this.#failIn(LONGEST_MS);
    this.#refused = this.#alert = undefined;
    return taken;
  }

  #takeEarly(): void {
    if (!this.#records.isProtected) return;
    const early = this.#early;
    this.#early = [];
    for (const record of early) this.#receive(record);
  }

  /** What waits is thrown away: which part of it was forged cannot be told. */
  #refuse(error: unknown): void {
    this.#inbox.discard();
    if (error instanceof Malformed) return;
    if (!(error instanceof Refused)) return this.#fail(OffhookError.from(error));
    if (this.#refused?.isAnswer) return;
    if (error.isAnswer) this.#failIn(REFUSAL_MS);
    this.#refused = error;
  }

  /** An alert that is the peer's: it came under the keys. */
  #heed(alert: Alert | undefined): void {
    if (alert === undefined) return;
    const { level, description } = alert;
    if (level === "warning" && description !== AlertDescription.closeNotify) return;
    if (this.#state !== "connected") return this.#fail(endedByPeer(alert));
    this.close();
    this.#listener.closed();
  }

  #mayVerify(): boolean {
    const now = this.#options.clock.now();
    const regained = (now - this.#trialsAt) * TRIALS / 1000;
    this.#trials = Math.min(TRIALS, this.#trials + regained);
    this.#trialsAt = now;
    if (this.#trials < 1) return false;
    this.#trials--;
    return true;
  }

  #send(flight: FlightPart[], until: "answered" | "asked"): void {
    this.#flight = flight;
    this.#repeater.send(until === "answered");
  }

  #transmit(): void {
    const { mtu = DEFAULT_MTU } = this.#options;
    for (const datagram of datagramsOf(this.#flight, this.#records, mtu)) {
      this.#listener.send(datagram);
    }
  }

  #connected(keys: DtlsSrtpKeys, certificate: Uint8Array): void {
    this.#state = "connected";
    this.#clearDeadline();
    // A client has the last word of the server; a server may be asked for its own again.
    this.#repeater.stop();
    if (this.#options.role === "client") this.#flight = [];
    this.#early = [];
    this.#listener.connected(keys, certificate);
  }

  #failIn(ms: number): void {
    this.#clearDeadline();
    this.#deadline = this.#options.clock.setTimeout(() => {
      const alert = this.#alert && endedByPeer(this.#alert);
      this.#fail(this.#refused?.reason ?? alert ?? noAnswer());
    }, ms);
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#options.clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #fail(error: OffhookError): void {
    const description = error.code === "tls-failed"
      ? AlertDescription.badCertificate
      : AlertDescription.handshakeFailure;
    this.#sendAlert({ level: "fatal", description });
    this.#end();
    this.#listener.failed(error);
  }

  #sendAlert(alert: Alert): void {
    const epoch = this.#records.isProtected ? 1 : 0;
    this.#listener.send(this.#records.seal(ContentType.alert, epoch, writeAlert(alert)));
  }

  #end(): void {
    this.#state = "over";
    this.#repeater.stop();
    this.#clearDeadline();
    this.#early = [];
    this.#inbox.discard();
  }
}

function endedByPeer({ description }: Alert): OffhookError {
  const message = `the other side ended the key exchange for encrypted sound: ${
    alertName(description)
  }`;
  return new OffhookError("media-failed", message, { data: { alert: description } });
}

function noAnswer(): OffhookError {
  return new OffhookError(
    "media-failed",
    "the other side does not finish the key exchange (DTLS)",
    {
      hint: "A firewall may block it: it uses the same UDP port as the sound.",
      data: { seconds: LONGEST_MS / 1000 },
    },
  );
}
