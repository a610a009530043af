/**
 * The stage that agrees on keys: DTLS beside a call's RTP, on the same port (RFC 5764 §5.1.2).
 *
 *     SRTP ── send ──────────────────────► below        RTP and RTCP pass untouched
 *     below ── rtp, rtcp ────────────────► SRTP
 *     below ── dtls ─► association ─► keys ─► SRTP
 *
 * Another certificate, role or address in a later description begins another association; the keys of
 * the one before are good until its successor has some (RFC 5763 §6.6, RFC 8842 §5). So does a peer that
 * begins anew by itself, once it has proved who it is.
 *
 * Over ICE a handshake begins when a pair works, and no cookie is needed: the pair was proved.
 *
 * RTP and RTCP pass on the real-time path. RTCP has keys only where it shares the port.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../../base/time/mod.ts";
import { isUnicast } from "../../../base/network/mod.ts";
import type { OffhookError } from "../../../base/mod.ts";
import type { Fingerprint, Keying, NegotiatedStream } from "../../../core/media/mod.ts";
import { type Deliver, type MediaTransport, TransportStage } from "../mod.ts";
import { Association } from "./association.ts";
import { type DtlsSrtpKeys, fingerprintOf, type Identity, profilesOf } from "./crypto/mod.ts";
import { ContentType, recordsIn } from "./record/mod.ts";

type DtlsKeying = Extract<Keying, { kind: "dtls" }>;

export interface DtlsEvents {
  /** @param fingerprint of the peer's certificate */
  connected(keys: DtlsSrtpKeys, fingerprint: Fingerprint): void;
  /** The call has no keys, and gets none. */
  failed(error: OffhookError): void;
}

export class DtlsTransport extends TransportStage {
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #events: DtlsEvents;
  #keying: DtlsKeying | undefined;
  /** Where the peer is, by its last description that says so; ICE finds that out by itself. */
  #place = "";
  #hasIce = false;
  #current: Association | undefined;
  /** May take the place of the current one. */
  #successor: Association | undefined;

  constructor(
    below: MediaTransport,
    around: { clock: Clock; identity: Identity },
    events: DtlsEvents,
  ) {
    super(below);
    this.#clock = around.clock;
    this.#identity = around.identity;
    this.#events = events;
    const deliver: Deliver = (kind, data) => this.receiver?.deliver(kind, data) ?? false;
    below.receiver = {
      deliver,
      screen: (kind, data) => this.receiver?.screen ? this.receiver.screen(kind, data) : data,
      handshake: (data) => this.#receive(data),
      ready: () => this.#newest?.start(),
    };
  }

  override use(stream: NegotiatedStream, address: string): void {
    const keying = stream.keying?.kind === "dtls" ? stream.keying : undefined;
    this.#hasIce = stream.ice !== undefined;
    const isStated = stream.remotePort > 0 && isUnicast(address) && !this.#hasIce;
    const place = isStated ? `${address} ${stream.remotePort}` : this.#place;
    const isSame = JSON.stringify(keying) === JSON.stringify(this.#keying);
    const isMoved = place !== this.#place;
    this.#keying = keying;
    this.#place = place;
    if (keying === undefined) this.#end();
    else if (!isSame) this.#begin(keying, (error) => this.#events.failed(error));
    // Who only moved may have taken its keys along.
    else if (isMoved) this.#begin(keying, () => this.#successor = undefined);
    // A ClientHello that was too early comes now.
    this.below.use(stream, address);
    if (!this.#hasIce || this.below.permits(this.#clock.now())) this.#newest?.start();
  }

  override close(): void {
    this.#end();
    this.below.close();
  }

  get #newest(): Association | undefined {
    return this.#successor ?? this.#current;
  }

  #begin(keying: DtlsKeying, failed: (error: OffhookError) => void): void {
    this.#successor?.abandon();
    this.#successor = undefined;
    if (this.#current?.isConnected) {
      this.#successor = this.#associationFor(keying, failed);
    } else {
      this.#current?.abandon();
      this.#current = this.#associationFor(keying, (error) => this.#events.failed(error));
    }
  }

  #associationFor(keying: DtlsKeying, failed: (error: OffhookError) => void): Association {
    const association: Association = new Association({
      role: keying.role === "active" ? "client" : "server",
      clock: this.#clock,
      identity: this.#identity,
      fingerprints: keying.fingerprints,
      profiles: profilesOf(keying.suites),
      random: randomBytes,
      demandCookie: !this.#hasIce,
    }, {
      send: (datagram) => this.below.send("handshake", datagram),
      connected: (keys, certificate) => {
        this.#connected(association);
        this.#events.connected(keys, fingerprintOf(certificate));
      },
      failed,
      // The sound that still comes is the peer's; the call ends by signalling.
      closed: () => {},
    });
    return association;
  }

  #connected(association: Association): void {
    if (association === this.#successor) {
      this.#current?.abandon();
      this.#current = association;
      this.#successor = undefined;
    }
    // Whoever proved to be the peer gets what we send.
    this.below.confirm();
  }

  #receive(data: Uint8Array): void {
    if (this.#successor === undefined && this.#beginsAnew(data)) this.#expectSuccessor();
    // Who waits for a client may have been waited for, and not know yet that there is a way.
    if (this.#keying?.role === "passive") this.#newest?.start();
    this.#successor?.receive(data);
    this.#current?.receive(data);
  }

  /** A ClientHello without protection, though there are keys. */
  #beginsAnew(data: Uint8Array): boolean {
    if (this.#keying?.role !== "passive" || !this.#current?.isConnected) return false;
    const [first] = recordsIn(data);
    return first?.type === ContentType.handshake && first.epoch === 0 &&
      first.fragment[0] === CLIENT_HELLO;
  }

  /** It must prove itself; else everything stays as it is. */
  #expectSuccessor(): void {
    const association = this.#associationFor(this.#keying!, () => {
      if (this.#successor === association) this.#successor = undefined;
    });
    this.#successor = association;
    association.start();
  }

  #end(): void {
    this.#successor?.abandon();
    this.#current?.close();
    this.#successor = this.#current = undefined;
  }
}

const CLIENT_HELLO = 1;
