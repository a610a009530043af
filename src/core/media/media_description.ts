/**
 * What two parties say about one audio stream: SDP without the text.
 *
 * SDP is written and parsed in `src/sip`; RTP is sent in `src/media`; the two never import each
 * other. A {@link MediaDescription} is what crosses between them, as plain JSON. Decisions about it
 * (offer and answer, RFC 3264) are in `offer_answer.ts`.
 */
import type { Names } from "../../base/names/mod.ts";

/** Direction of a stream as its sender states it (RFC 3264 §5.1, RFC 8866 §6.7). */
export const STREAM_DIRECTIONS = [
  "sendrecv",
  "sendonly",
  "recvonly",
  "inactive",
] as const satisfies Names<4>;
export type MediaDirection = (typeof STREAM_DIRECTIONS)[number];

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

/** Profiles without encryption; keys beside them are an offer to encrypt all the same (RFC 8643). */
const OPEN_PROFILES = ["RTP/AVP", "RTP/AVPF"] as const satisfies Names<2>;
export type OpenProfile = (typeof OPEN_PROFILES)[number];
/** Profiles that promise encryption: by SDES or DTLS, and by DTLS alone (RFC 5764 §8). */
const SECURE_PROFILES = [
  "RTP/SAVP",
  "RTP/SAVPF",
  "UDP/TLS/RTP/SAVP",
  "UDP/TLS/RTP/SAVPF",
] as const satisfies Names<4>;
export type SecureProfile = (typeof SECURE_PROFILES)[number];
/** RTP profiles of the m= line that we take, the preferred one first. */
export const RTP_PROFILES = [...OPEN_PROFILES, ...SECURE_PROFILES] as const satisfies Names<6>;
export type RtpProfile = (typeof RTP_PROFILES)[number];

/** One party's description of the call's audio stream. */
export type MediaDescription = StreamDescription & Protection;

/** What a description says of how the stream is protected: a secure profile has keys. */
export type Protection =
  | { profile: OpenProfile } & MediaKeys
  | { profile: SecureProfile; crypto: NonEmpty<CryptoAttribute> } & MediaKeys
  | { profile: RtpProfile; fingerprints: NonEmpty<Fingerprint>; setup: Setup } & MediaKeys
  /** A refused stream needs none. */
  | { profile: RtpProfile; port: 0 } & MediaKeys;

export type NonEmpty<T> = [T, ...T[]];

/** What keys are agreed with; both kinds may be offered at once. */
export interface MediaKeys {
  /** SDES: keys in the description itself, in the order of preference. */
  crypto?: CryptoAttribute[];
  /** DTLS-SRTP: the certificates that this party may show, and which side begins. */
  fingerprints?: Fingerprint[];
  setup?: Setup;
}

/** One `a=crypto` line (RFC 4568 §9.1). */
export interface CryptoAttribute {
  /** Decimal, up to 9 digits; an answer repeats it. */
  tag: number;
  /** As registered: `AES_CM_128_HMAC_SHA1_80`; may be one that we do not know. */
  suite: string;
  /** One, or several that are told apart by their MKI. */
  keys: SdesKey[];
  /** Session parameters as they stand: `UNENCRYPTED_SRTP`, `KDR=1`, `-WSH=64` … */
  parameters: string[];
}

/** A master key with its salt, as SDP carries it. */
export interface SdesKey {
  /** Base64 of key and salt, one behind the other. */
  keySalt: string;
  /** Packets that the key is good for, a power of two: its exponent. */
  lifetime?: number;
  mki?: MasterKeyIdentifier;
}

/** Stands in each packet behind its ciphertext (RFC 3711 §3.1). */
export interface MasterKeyIdentifier {
  value: number;
  /** Octets in a packet, 1–128. */
  length: number;
}

/** `a=fingerprint` (RFC 8122 §5). */
export interface Fingerprint {
  /** Lower case: `sha-256`. */
  hash: string;
  /** Upper-case hex octets between colons. */
  value: string;
}

/** `a=setup` (RFC 4145 §4, RFC 5763 §5): who sends the ClientHello. */
export type Setup = "active" | "passive" | "actpass" | "holdconn";

/** What a party's ICE answers to, and proves its checks with (RFC 8839 §5.4). */
export interface IceCredentials {
  ufrag: string;
  password: string;
}

/** What ICE needs of a party (RFC 8839 §5). */
export interface IceDescription extends IceCredentials {
  /** The party answers checks and makes none (RFC 8445 §2.5). */
  lite?: true;
  /** Words of `a=ice-options`: `trickle`, `ice2`, … */
  options?: string[];
  candidates: IceCandidate[];
  /** How many more there were: too many to be looked at. */
  leftOut?: number;
  /** No further ones will come (RFC 8838 §8.2). */
  complete?: true;
}

/** One `a=candidate` (RFC 8839 §5.1); extensions beyond these are not kept. */
export interface IceCandidate {
  foundation: string;
  /** 1 is RTP, 2 RTCP. */
  component: number;
  /** Lower case: `udp`, `tcp`. */
  transport: string;
  /** 1 to 2³¹−1. */
  priority: number;
  /** An IP address, or a host name (mDNS). */
  address: string;
  port: number;
  /** `host`, `srflx`, `prflx`, `relay`, or one that we do not know. */
  type: string;
  relatedAddress?: string;
  relatedPort?: number;
  tcpType?: string;
}

/** Extended reports of RTCP (RFC 3611 §5.1). */
export interface ExtendedReports {
  /** Metrics of a VoIP stream. */
  voipMetrics?: true;
  /** Round trips as a receiver measures them. */
  roundTrip?: true;
}

/** The stream itself. */
export interface StreamDescription {
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
  /** In the order of preference. */
  formats: PayloadFormat[];
  direction: MediaDirection;
  /** Milliseconds of sound per packet that this party wants to receive. */
  ptime?: number;
  /** Extended reports of RTCP that this party wants to get; absent: none. */
  extendedReports?: ExtendedReports;
  /** Names the stream in groups (RFC 5888). */
  mid?: string;
  /** Shares its transport with every other stream of its group: with none, where we are one (RFC 9143). */
  bundled?: true;
  ice?: IceDescription;
  /** The peer's ICE is not used: somebody on the way changed its addresses (RFC 8839 §5.4). */
  iceMismatch?: true;
}

/** SRTP suites that we can run, the preferred one first (RFC 4568 §6.2, RFC 6188, RFC 7714). */
export const SRTP_SUITES = [
  "AEAD_AES_256_GCM",
  "AEAD_AES_128_GCM",
  "AES_256_CM_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_80",
  "AES_256_CM_HMAC_SHA1_32",
  "AES_CM_128_HMAC_SHA1_32",
] as const satisfies Names<6>;
export type SrtpSuite = (typeof SRTP_SUITES)[number];

/** How the keys of a stream are made. Plain JSON: it crosses to the media thread. */
export type Keying =
  | {
    kind: "sdes";
    suite: SrtpSuite;
    send: SdesKey;
    /** What the peer sends with: several are told apart by their MKI. */
    receive: SdesKey[];
  }
  | {
    kind: "dtls";
    /** `active` sends the ClientHello. */
    role: "active" | "passive";
    /** One of them must be the peer's certificate's. */
    fingerprints: Fingerprint[];
    suites: SrtpSuite[];
  };

/** What an account asks of Opus. */
export interface OpusWish {
  /** Most bits a second, whether packets are lost or not; absent: as loss demands. */
  bitrate?: number;
  /** Nothing is sent while nobody speaks, to a peer that asks for that. */
  dtx?: true;
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
  direction: MediaDirection;
  /** Milliseconds per packet that we send. */
  ptime: number;
  /** What the peer takes; absent: none are sent. */
  extendedReports?: ExtendedReports;
  /** Payload type of comfort noise in pauses of ours (RFC 3389); absent: they are sent as sound. */
  comfortNoise?: number;
  /** What our account asks of Opus. */
  opus?: OpusWish;
  /** Absent: nothing is encrypted. */
  keying?: Keying;
  /** Absent: the peer's address is what it says, and what its packets show. */
  ice?: NegotiatedIce;
}

/** How the way to the peer is found. */
export interface NegotiatedIce {
  /** Ours; others than before are a restart (RFC 8445 §9), as are others of the peer. */
  local: IceCredentials;
  remote: IceDescription;
  /** We offered first, or the peer is lite: we choose the pair. */
  controlling: boolean;
}

/** Candidates of ours, and what answers by them. */
export interface OwnIce {
  /** The candidate for peers without ICE; `port` is that of the description. */
  address: string;
  candidates: IceCandidate[];
  credentials: IceCredentials;
}

/** What media has found out about our side before an offer or answer: what is in force. */
export interface LocalIce extends OwnIce {
  /** For restarts with the same candidates, one after the other. */
  spares: IceCredentials[];
  /** The peer's that ours are used with; absent before. */
  peer?: IceCredentials;
  /** Of the network that we are in by now: what the next restart is done with. */
  next?: GatheredIce;
}

/** What was gathered anew, with the ports of its default candidate. */
export interface GatheredIce extends OwnIce {
  port: number;
  rtcpPort: number;
}

/** Where our sockets wait. */
export interface LocalPorts {
  port: number;
  rtcpPort: number;
  /** Absent: the call does without ICE. */
  ice?: LocalIce;
}

/** The same direction seen from the other party. */
export function mirrored(direction: MediaDirection): MediaDirection {
  if (direction === "sendonly") return "recvonly";
  if (direction === "recvonly") return "sendonly";
  return direction;
}
