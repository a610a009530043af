/**
 * RTCP of one call: where it goes, whose is taken, and what of it is told.
 *
 *     to: the signalled RTCP address; once media was found to come from elsewhere, the port above it;
 *         once RTCP came from the peer's address, its port. With rtcp-mux: the RTP address (RFC 5761)
 *     from: only the address that media comes from; while RTCP comes from its port, only that port
 */
import type { Clock } from "../../base/clock.ts";
import type { NegotiatedStream } from "../../core/media/media_description.ts";
import type { MediaReport } from "../../core/ports/media_port.ts";
import { RtcpSession, type RtcpSubject } from "../rtp/rtcp_session.ts";
import type { RemoteAddress } from "../transport/remote_address.ts";
import type { Random32 } from "../rtp/sender.ts";
import type { SocketPair } from "../transport/sockets.ts";

/** What the peer says of our packets. */
export type RemoteView = Pick<
  MediaReport,
  "remoteLost" | "remoteJitterMs" | "roundTripMs" | "remoteReportAgeMs" | "remoteHears"
>;

/** Silence of the peer's RTCP before another port of its address is believed: two intervals, ms. */
const SILENCE_MS = 15_000;

export class ControlStream {
  readonly #session: RtcpSession;
  readonly #clock: Clock;
  #clockRate = 8000;
  #remote: RemoteAddress | undefined;
  #sockets: SocketPair | undefined;
  #muxed = false;
  #signalledPort = 0;
  /** RTP address for which `#port` was signalled or learnt. */
  #rtpAddress = "";
  #rtpPort = 0;
  #port = 0;
  /** RTP address that the signalled RTCP port belongs to. */
  #home = { address: "", port: 0 };
  /** When RTCP came from `#port` last, ms. */
  #heardAt: number | undefined;

  constructor(around: { clock: Clock; random: Random32 }, subject: RtcpSubject) {
    this.#clock = around.clock;
    const name = [0, 0, 0].map(() => (around.random() >>> 0).toString(36)).join("");
    this.#session = new RtcpSession(
      around.clock,
      around.random,
      name,
      subject,
      (data) => this.#transmit(data),
    );
  }

  /** RTCP comes on the RTP port. */
  get muxed(): boolean {
    return this.#muxed;
  }

  /** Runs on another negotiated stream from now on. */
  use(stream: NegotiatedStream, remote: RemoteAddress, sockets: SocketPair): void {
    this.#sockets = sockets;
    this.#remote = remote;
    this.#muxed = stream.rtcpMux;
    this.#clockRate = stream.sendFormat.clockRate;
    if (stream.remoteRtcpPort === this.#signalledPort) return;
    this.#signalledPort = stream.remoteRtcpPort;
    this.#port = stream.remoteRtcpPort;
    this.#rtpAddress = remote.address;
    this.#rtpPort = remote.port;
    this.#home = { address: remote.address, port: remote.port };
    this.#heardAt = undefined;
  }

  /** @param now ms */
  tick(now: number): void {
    this.#session.tick(now);
  }

  /** Takes a datagram; one from elsewhere than the peer is dropped. */
  receive(data: Uint8Array, address: string, port: number): void {
    this.#followMedia();
    const remote = this.#remote;
    if (remote === undefined || address !== remote.address) return;
    const now = this.#clock.now();
    const believed = this.#muxed ? port === remote.port : this.#believes(port, now);
    if (!believed || !this.#session.receive(data) || this.#muxed) return;
    this.#port = port;
    this.#heardAt = now;
  }

  /** Says goodbye to the peer for our source. */
  bye(reason: string): void {
    this.#session.bye(reason);
  }

  /** RTCP datagrams of the peer. */
  get received(): number {
    return this.#session.received;
  }

  /** When the last of them came, ms. */
  get lastHeard(): number | undefined {
    return this.#session.lastHeard;
  }

  /** The peer's view of our packets, as far as it told. @param now ms */
  remoteReport(now: number): RemoteView {
    const remote = this.#session.remote;
    if (remote === undefined) return {};
    const jitter = (remote.jitterTicks * 1000) / this.#clockRate;
    return {
      remoteLost: remote.lost,
      remoteJitterMs: Math.round(jitter * 100) / 100,
      remoteReportAgeMs: Math.max(0, Math.round(now - remote.at)),
      remoteHears: remote.hears,
      ...(remote.roundTripMs === undefined ? {} : { roundTripMs: remote.roundTripMs }),
    };
  }

  /** The signalled port and the present one always, another only when that one fell silent. */
  #believes(port: number, now: number): boolean {
    if (port === this.#port || port === this.#portAt(this.#rtpAddress, this.#rtpPort)) return true;
    return this.#heardAt === undefined || now - this.#heardAt >= SILENCE_MS;
  }

  /** Where RTCP goes, as far as it was signalled: beside RTP that was found elsewhere. */
  #portAt(address: string, port: number): number {
    const atHome = address === this.#home.address && port === this.#home.port;
    return atHome ? this.#signalledPort : port + 1;
  }

  /** Media comes from another address than the one that the RTCP port belongs to. */
  #followMedia(): void {
    const remote = this.#remote;
    if (!remote || (remote.address === this.#rtpAddress && remote.port === this.#rtpPort)) return;
    this.#rtpAddress = remote.address;
    this.#rtpPort = remote.port;
    this.#port = this.#portAt(remote.address, remote.port);
    this.#heardAt = undefined;
  }

  #transmit(data: Uint8Array): void {
    const remote = this.#remote;
    if (!remote || !this.#sockets || remote.port === 0) return;
    if (this.#muxed) return this.#sockets.sendRtp(data, remote.address, remote.port);
    this.#followMedia();
    if (this.#port > 0) this.#sockets.sendRtcp(data, remote.address, this.#port);
  }
}
