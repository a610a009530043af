/**
 * The lowest stage: a pair of UDP sockets, and who at the other end is the peer (symmetric RTP).
 *
 *     socket ─► kind by first octet ─► authentic, where that can be told? ─► is it the peer's? ─► deliver
 *     send ─► may it be sent to? ─► where the peer is ─► socket
 */
import type { Clock } from "../../base/time/mod.ts";
import { isUnicast } from "../../base/network/mod.ts";
import type { NegotiatedStream } from "../../core/media/mod.ts";
import { RTP_HEADER_LENGTH, uint16, uint32 } from "../rtp/mod.ts";
import { Allowance } from "./allowance.ts";
import { EarlyHandshake } from "./early_handshake.ts";
import { IgnoredSources } from "./ignored_sources.ts";
import {
  kindOf,
  type MediaKind,
  type MediaTransport,
  type Receiver,
  type TransportFacts,
} from "./media_transport.ts";
import { RemoteAddress } from "./remote_address.ts";
import { RtcpAddress } from "./rtcp_address.ts";
import type { SocketPair, Sockets } from "./sockets.ts";

export class PlainTransport implements MediaTransport {
  receiver: Receiver | undefined;
  muxed = false;
  readonly #clock: Clock;
  readonly #sockets: SocketPair;
  readonly #allowance = new Allowance();
  readonly #rtcp = new RtcpAddress();
  readonly #early = new EarlyHandshake();
  readonly #ignored = new IgnoredSources();
  #remote: RemoteAddress | undefined;
  /** The address of which `#mayBeSentTo` tells. */
  #judged = "";
  #mayBeSentTo = false;
  /** By payload type: whether it was negotiated for what we receive. */
  readonly #known = new Array<boolean>(128).fill(false);
  /** The header that is judged. */
  readonly #header = { ssrc: 0, sequenceNumber: 0 };

  /** @throws OffhookError `media-failed` when no pair of ports is free */
  constructor(around: { clock: Clock; sockets: Pick<Sockets, "open"> }) {
    this.#clock = around.clock;
    this.#sockets = around.sockets.open(
      (data, address, port) => this.#onRtp(data, address, port),
      (data, address, port) => this.#onRtcp(data, address, port),
    );
  }

  get rtpPort(): number {
    return this.#sockets.rtpPort;
  }

  get rtcpPort(): number {
    return this.#sockets.rtcpPort;
  }

  use(stream: NegotiatedStream, address: string): void {
    this.muxed = stream.rtcpMux;
    this.#known.fill(false);
    for (const { payloadType } of stream.receiveFormats) this.#known[payloadType] = true;
    if (stream.receiveEvents) this.#known[stream.receiveEvents.payloadType] = true;
    if (this.#remote === undefined) {
      this.#remote = new RemoteAddress(address, stream.remotePort);
    } else if (stream.remotePort > 0 && isUnicast(address)) {
      // An address that means hold (RFC 2543) moves nobody: where the peer is, it still is.
      this.#remote.signalled(address, stream.remotePort, this.#clock.now());
    }
    this.#rtcp.signalled(stream.remoteRtcpPort, this.#remote);
    if (stream.keying?.kind === "dtls") this.#takeEarly(this.#remote);
  }

  confirm(): void {
    this.#allowance.confirm();
  }

  permits(now: number): boolean {
    return this.#allowance.permits(this.#remote?.heard ?? false, now);
  }

  send(kind: MediaKind, data: Uint8Array): void {
    const remote = this.#remote;
    if (remote === undefined || remote.port === 0) return;
    // A handshake is small, and answered by whoever wanted it.
    if (kind !== "handshake" && !this.permits(this.#clock.now())) return;
    if (!this.#isOneHost(remote.address)) return;
    if (kind !== "rtcp" || this.muxed) {
      return this.#sockets.sendRtp(data, remote.address, remote.port);
    }
    const port = this.#rtcp.portFor(remote);
    if (port > 0) this.#sockets.sendRtcp(data, remote.address, port);
  }

  facts(now: number): TransportFacts {
    const ignored = this.#ignored.lately(now);
    const { failure: unsent } = this.#sockets;
    return { ...this.#target(), ...(ignored && { ignored }), ...(unsent && { unsent }) };
  }

  close(): void {
    this.#sockets.close();
  }

  #target(): TransportFacts {
    if (this.#remote === undefined || this.#remote.port === 0) return {};
    const { address, port } = this.#remote;
    return { peer: { address, port } };
  }

  /** Neither nowhere, as on hold, nor many at once, which a host name may turn out to be. */
  #isOneHost(address: string): boolean {
    if (address !== this.#judged) {
      this.#judged = address;
      this.#mayBeSentTo = isUnicast(address);
    }
    return this.#mayBeSentTo;
  }

  #onRtp(data: Uint8Array, address: string, port: number): void {
    const kind = kindOf(data);
    if (kind === "rtcp" && this.muxed) {
      if (this.#remote?.isAt(address, port)) this.#deliverRtcp(data);
    } else if (kind === "rtp" || kind === "rtcp") this.#onMedia(data, address, port);
    else if (kind === "dtls") this.#onHandshake(data, address, port);
  }

  #onHandshake(data: Uint8Array, address: string, port: number): void {
    const handshake = this.receiver?.handshake;
    if (this.#remote === undefined || handshake === undefined) {
      return this.#early.keep(address, port, data);
    }
    if (this.#remote.isAt(address, port)) handshake(data);
  }

  #takeEarly({ address, port }: RemoteAddress): void {
    for (const data of this.#early.take(address, port)) this.receiver?.handshake?.(data);
  }

  /** Of a payload type that was not negotiated, nobody is believed who is not there already. */
  #onMedia(data: Uint8Array, address: string, port: number): void {
    const remote = this.#remote;
    if (remote === undefined || data.length < RTP_HEADER_LENGTH) return;
    const known = this.#known[data[1]! & 0x7f]!;
    if (!known && !remote.isAt(address, port)) return this.#ignore("other-address", address, port);
    const screened = this.#screened("rtp", data);
    if (screened === undefined) return this.#ignore("not-authentic", address, port);
    if (known && !this.#accepts(remote, data, address, port)) {
      return this.#ignore("other-address", address, port);
    }
    this.receiver?.deliver("rtp", screened);
  }

  #ignore(reason: "not-authentic" | "other-address", address: string, port: number): void {
    this.#ignored.note(reason, address, port, this.#clock.now());
  }

  #accepts(remote: RemoteAddress, data: Uint8Array, address: string, port: number): boolean {
    const header = this.#header;
    header.sequenceNumber = uint16(data, 2);
    header.ssrc = uint32(data, 8);
    return remote.accept(address, port, header, this.#clock.now());
  }

  #onRtcp(data: Uint8Array, address: string, port: number): void {
    const remote = this.#remote;
    if (this.muxed) {
      if (remote?.isAt(address, port)) this.#deliverRtcp(data);
      return;
    }
    if (remote === undefined || address !== remote.address) return;
    const now = this.#clock.now();
    if (this.#rtcp.believes(port, remote, now) && this.#deliverRtcp(data)) {
      this.#rtcp.heard(port, now);
    }
  }

  #screened(kind: "rtp" | "rtcp", data: Uint8Array): Uint8Array | undefined {
    const { receiver } = this;
    return receiver?.screen === undefined ? data : receiver.screen(kind, data);
  }

  #deliverRtcp(data: Uint8Array): boolean {
    const screened = this.#screened("rtcp", data);
    return screened !== undefined && (this.receiver?.deliver("rtcp", screened) ?? false);
  }
}
