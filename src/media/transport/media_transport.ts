/**
 * The way of a call's datagrams, in and out. Stages wrap one another, each a MediaTransport over the
 * one below, and none of them shows in what stands above:
 *
 *     streams ── send(kind, bytes) ──► (SRTP ─► DTLS ─► ICE ─►) sockets ──► network
 *     streams ◄── receiver.deliver(kind, bytes) ── (SRTP ◄─ DTLS ◄─ ICE ◄─) sockets ◄── network
 *
 * On the real-time path: nothing waits, and bytes are the caller's, valid until the call returns.
 */
import type { NegotiatedStream } from "../../core/media/mod.ts";
import type { MediaReport } from "../../core/ports/mod.ts";
import { looksLikeRtcp } from "../rtp/mod.ts";

/**
 * What goes out. A keepalive has no content; it holds a NAT's way open (RFC 6263). A handshake (DTLS)
 * comes before the peer is confirmed, and is how it may be.
 */
export type MediaKind = PacketKind | "keepalive" | "handshake";
export type PacketKind = "rtp" | "rtcp";

/** @returns whether it was what its kind says: only then is its source believed */
export type Deliver = (kind: PacketKind, data: Uint8Array) => boolean;

/** Who stands above a transport, and takes what comes. */
export interface Receiver {
  deliver: Deliver;
  /**
   * Whether a datagram is the peer's own, judged before anything is learnt from where it came; `deliver`
   * follows when that is believed too. Absent: nothing can be said of that.
   * @returns what is delivered then, valid until the next datagram
   */
  screen?(kind: "rtp" | "rtcp", data: Uint8Array): Uint8Array | undefined;
  /** DTLS from where the peer is. Absent: it waits. */
  handshake?(data: Uint8Array): void;
  /** There is a way to the peer, where one had to be found. */
  ready?(): void;
}

/** What a report says of the way of the datagrams. */
export type TransportFacts = Pick<MediaReport, "peer" | "ignored" | "unsent">;

export interface MediaTransport {
  /** Absent: what comes is dropped. */
  receiver: Receiver | undefined;
  /** The ports that a description names. */
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** RTCP has no port of its own (RFC 5761). */
  readonly muxed: boolean;
  /**
   * Runs on another negotiated stream from now on.
   * @param address IP address of the peer, resolved and canonical
   */
  use(stream: NegotiatedStream, address: string): void;
  /** The peer is known to be where it says. */
  confirm(): void;
  /** Whether what is sent goes out. @param now ms */
  permits(now: number): boolean;
  /** Never throws; what cannot be sent is lost, as on a network. */
  send(kind: MediaKind, data: Uint8Array): void;
  /** Where packets go, and who else sends here. @param now ms */
  facts(now: number): TransportFacts;
  /** Idempotent; nothing is delivered after it. */
  close(): void;
}

/** What the first octet of a datagram says that it is (RFC 7983 §7); RTP and RTCP by the second. */
export function kindOf(data: Uint8Array): "stun" | "dtls" | PacketKind | undefined {
  const first = data[0];
  if (first === undefined) return undefined;
  if (first < 4) return "stun";
  if (first >= 20 && first < 64) return "dtls";
  if (first < 128 || first >= 192) return undefined;
  return looksLikeRtcp(data) ? "rtcp" : "rtp";
}
