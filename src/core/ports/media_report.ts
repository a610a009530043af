/** What media measures of a call: the counters of its stream, its quality, and the way that ICE found. */
import type { Names } from "../../base/names/mod.ts";
import type { QualityScale, QualityScore, SpeechFilter } from "../media/mod.ts";

/** Counters of one stream since it started. */
export interface MediaReport {
  /** RTP packets; telephone-event packets included. */
  sent: number;
  received: number;
  /** As of RFC 3550 §A.3: expected − received, never negative. */
  lost: number;
  /** Interarrival jitter in ms (RFC 3550 §6.4.1). */
  jitterMs: number;
  /** Packets that came too late to be played, and that came twice. */
  late: number;
  duplicates: number;
  /** Packets that the codec could make nothing of: concealed. */
  undecodable: number;
  /** Sound that was made up because none was there in time, ms; silences that were suppressed too. */
  concealedMs: number;
  /** RTCP datagrams of the peer. With `received` 0 as well, nothing ever came back. */
  rtcpReceived: number;
  /** How long no RTP, and no RTCP, has come, ms; counted from the last StartMedia at the earliest. */
  rtpSilentMs: number;
  rtcpSilentMs: number;
  /** The longest time without RTP while it was due: answered, not held, no comfort noise before; ms. */
  longestSilentMs: number;
  /** The peer suppresses silence: its last packet was comfort noise, so that no other need follow. */
  pausing?: true;
  /** From the peer's receiver reports; absent until one came. */
  remoteLost?: number;
  remoteJitterMs?: number;
  roundTripMs?: number;
  /** Age of the last of them, ms. */
  remoteReportAgeMs?: number;
  /** Whether, by that report, more of our packets had reached the peer than by the one before. */
  remoteHears?: boolean;
  /** How long, by its reports, nothing of what we send has reached the peer, ms; absent: they do not say. */
  remoteSilentMs?: number;
  /** The longest such time. */
  remoteLongestSilentMs?: number;
  /** How long a sound card has given nothing but digital silence, ms; absent: the microphone is none. */
  microphoneSilentMs?: number;
  /** Of the filters of our sound that are or were on; absent: none. */
  filters?: FilterTimes[];
  /** Where our packets go; absent: nowhere yet. */
  peer?: SocketEnd;
  /** RTP that comes and is not taken. */
  ignored?: IgnoredPackets;
  /** Why the system did not take our last packet: `Network is unreachable`. */
  unsent?: string;
  /** Encoding name in use, and levels of the last 100 ms in dBFS (−90 = silence). */
  codec?: string;
  sentLevel: number;
  receivedLevel: number;
  dtmfSent: string;
  dtmfReceived: string;
  /** Absent: nothing is measured yet. */
  quality?: SoundQuality;
  /** How long what comes has been digital silence, ms; absent: it is none. */
  digitalSilenceMs?: number;
  /** How long this machine came too late to play, in the last ten seconds, ms; absent: it did not. */
  stalledHereMs?: number;
  /** Absent: the call does without ICE. */
  ice?: IceReport;
}

/** How the sound is, by the E-model; a direction of which nobody has told anything is absent. */
export interface SoundQuality {
  incoming?: DirectionQuality;
  /** By what the peer reports of what we send. */
  outgoing?: DirectionQuality;
  /** SSRCs; absent: nothing has come. */
  sources?: { ours: number; theirs: number };
}

export interface DirectionQuality {
  scale: QualityScale;
  /** Since it began. */
  call: SoundRating;
  /** Of the last ten seconds, or since the peer's report before; absent: nothing came, or it is too old. */
  now?: SoundRating;
  /** Absent: the peer tells nothing of it. */
  bursts?: Bursts;
  /** From one mouth to the other ear, as far as it is known: the network, packets, jitter buffer, ms. */
  oneWayMs?: number;
  /** Times that nothing came for half a second while sound was due, and how long they were in all, ms. */
  stalls?: number;
  stalledMs?: number;
  /** What the peer itself makes of it (RFC 3611): its word alone. */
  told?: { listening?: number; conversational?: number };
}

/** Shares are of the packets that were due, 0–1. */
export interface SoundRating {
  lossShare: number;
  /** Came too late to be played; absent: the peer does not tell. */
  lateShare?: number;
  /** Could not be decoded; absent: none. */
  undecodableShare?: number;
  /** Without the delay. */
  listening: QualityScore;
  /** With the delay; absent: no round trip was measured. */
  conversational?: QualityScore;
}

/** Loss in bursts and in the gaps between them (RFC 3611 §4.7.2, Gmin 16), late packets among it. */
export interface Bursts {
  /** Shares of the packets that were not played, 0–1. */
  burstDensity: number;
  gapDensity: number;
  /** Means; 0: there was none. */
  burstMs: number;
  gapMs: number;
}

/** How long a filter takes for 20 ms of sound, since the call began. */
export interface FilterTimes {
  filter: SpeechFilter;
  meanMs: number;
  longestMs: number;
}

/** Why RTP is not taken: wrong keys, from elsewhere than where the peer is, a payload type of no use. */
export const IGNORED_SOURCES = ["not-authentic", "other-address"] as const satisfies Names<2>;
export type IgnoredPackets =
  | { reason: (typeof IGNORED_SOURCES)[number] } & SocketEnd
  | { reason: "other-format"; payloadType: number };

export interface SocketEnd {
  address: string;
  port: number;
}

export const CANDIDATE_TYPES = ["host", "srflx", "prflx", "relay"] as const satisfies Names<4>;
export const ICE_STATES = ["checking", "connected", "failed"] as const satisfies Names<3>;
export const RELAY_PROTOCOLS = ["udp", "tcp", "tls"] as const satisfies Names<3>;

/**
 * What is between us and STUN servers (RFC 4787 §4.1): nothing; a NAT that gives each socket one outside
 * address whoever is sent to, or another one for each (symmetric); or one of which one server alone told.
 */
export const NAT_KINDS = [
  "none",
  "endpoint-independent",
  "address-dependent",
  "translated",
] as const satisfies Names<4>;
export type NatKind = (typeof NAT_KINDS)[number];

/** One end of the way that ICE found. */
export interface IceEnd extends SocketEnd {
  /** How it became known: our own address, seen by a server or the peer, or a relay. */
  type: (typeof CANDIDATE_TYPES)[number];
}

/** What ICE has come to. */
export interface IceReport {
  state: (typeof ICE_STATES)[number];
  /** Absent before a pair works. */
  local?: IceEnd;
  remote?: IceEnd;
  /** By which our relay is reached. */
  relayProtocol?: (typeof RELAY_PROTOCOLS)[number];
  /** Absent: no STUN server has answered. */
  nat?: NatKind;
}
