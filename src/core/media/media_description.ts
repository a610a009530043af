/**
 * What two parties say about one audio stream: SDP without the text.
 *
 * SDP is written and parsed in `src/sip`; RTP is sent in `src/media`; the two never import each
 * other. A {@link MediaDescription} is what crosses between them, as plain JSON. Decisions about it
 * (offer and answer, RFC 3264) are in `offer_answer.ts`.
 */

/** Direction of a stream as its sender states it (RFC 3264 §5.1, RFC 8866 §6.7). */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** One payload format of an m= line: rtpmap and fmtp together (RFC 8866 §6.6, §6.15). */
export interface PayloadFormat {
  /** RTP payload type, 0–127. */
  payloadType: number;
  /** Encoding name as registered, upper case: `PCMU`, `PCMA`, `G722`, `OPUS`, `TELEPHONE-EVENT`. */
  encoding: string;
  /** RTP clock rate in Hz; 8000 for G722 although it samples at 16 kHz (RFC 3551 §4.5.2). */
  clockRate: number;
  channels: number;
  /** Format parameters as they stand after `a=fmtp:PT `. */
  parameters?: string;
  /**
   * Of a capability of ours: parameters in which both ends must be equal, with the value that an
   * absent one means. Names in lower case.
   */
  mustMatch?: Record<string, string>;
}

/** RTP profile of the m= line. */
export type RtpProfile = "RTP/AVP" | "RTP/AVPF" | "RTP/SAVP" | "RTP/SAVPF";

/** One party's description of the call's audio stream. */
export interface MediaDescription {
  /**
   * Where this party wants to receive RTP: an IP address or host name. Empty in descriptions of our
   * own: `src/sip` then writes the local address of the signalling connection, the only one known to
   * reach the peer.
   */
  address: string;
  /** UDP port for RTP; 0 refuses the stream (RFC 3264 §6). */
  port: number;
  /** RTCP port when it is not `port + 1` (RFC 3605). */
  rtcpPort?: number;
  /** RTP and RTCP on one port (RFC 5761). */
  rtcpMux?: boolean;
  profile: RtpProfile;
  /** In the order of preference. */
  formats: PayloadFormat[];
  direction: Direction;
  /** Milliseconds of sound per packet that this party wants to receive. */
  ptime?: number;
}

/** What both sides settled on: enough to run the stream. */
export interface NegotiatedStream {
  /** Where we send RTP: the peer's address and port. Port 0: the stream was refused. */
  remoteAddress: string;
  remotePort: number;
  remoteRtcpPort: number;
  rtcpMux: boolean;
  /** The format that we send, with the payload type that the peer wants for it. */
  sendFormat: PayloadFormat;
  /** Every format that we must be able to receive, with our payload types; telephone-event apart. */
  receiveFormats: PayloadFormat[];
  /** telephone-event as we send it (peer's payload type), when the peer takes it (RFC 4733). */
  sendEvents?: PayloadFormat;
  /** telephone-event as we receive it (our payload type). */
  receiveEvents?: PayloadFormat;
  /** From our side: `sendonly` means that we send and the peer listens. */
  direction: Direction;
  /** Milliseconds per packet that we send. */
  ptime: number;
}

/** The same direction seen from the other party. */
export function mirrored(direction: Direction): Direction {
  if (direction === "sendonly") return "recvonly";
  if (direction === "recvonly") return "sendonly";
  return direction;
}
