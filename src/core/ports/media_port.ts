/**
 * The port between the core and media.
 *
 *     core ── MediaEffect ──► src/media (worker thread) ──► RTP
 *     core ◄── MediaInput ─── src/media ◄────────────────── RTP
 *
 * Plain JSON both ways, posted to a worker as it is. `perform(effect)` never throws and returns at
 * once; failures come back as inputs.
 */
import type { ErrorJson } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type { AccountId, MediaDigitWay } from "../account/mod.ts";
import type {
  Fingerprint,
  GatheredIce,
  LocalIce,
  NegotiatedStream,
  PayloadFormat,
  QualityScale,
  QualityScore,
  SdesKeys,
  SpeechFilter,
  SpeechPart,
  SpeechSettings,
  SrtpSuite,
  Tone,
  ToneCountry,
} from "../media/mod.ts";
import type { CallId } from "./call_id.ts";

/** Where a call's outgoing sound comes from. */
export type Microphone =
  | {
    kind:
      "device"; /** Name or stable id, or several with | between, the preferred first; absent: the default. */
    name?: string;
  }
  | { kind: "file"; path: string; loop: boolean }
  /** s16le mono on standard input. */
  | { kind: "pipe"; rate: number }
  | {
    kind: "tone"; /** Hz; 1004 by default. */
    frequency: number; /** dBm0, RFC 3551 full scale +3.14 */
    level: number;
  }
  /** A generated voice-like signal that can be found again in a recording. */
  | { kind: "voice" }
  | { kind: "silence" }
  /** What the call's speaker gets, sent back (the practice PBX's echo). */
  | { kind: "echo" };

/** Where a call's incoming sound goes. */
export type Speaker =
  | { kind: "device"; name?: string }
  | { kind: "file"; path: string }
  /** s16le mono on standard output. */
  | { kind: "pipe"; rate: number }
  | { kind: "null" };

export interface AudioEndpoints {
  microphone: Microphone;
  speaker: Speaker;
  /** WAV file of both directions: left ours, right theirs. */
  record?: string;
}

/** What can fail by itself in a call's sound. */
export const ENDPOINT_NAMES = [
  "microphone",
  "speaker",
  "record",
  "ringer",
] as const satisfies Names<4>;
export type EndpointName = (typeof ENDPOINT_NAMES)[number];
/** Those that are changed and come back in mid-call. */
export type LiveEndpoint = Exclude<EndpointName, "record" | "ringer">;

/** How a call rings here. */
export interface Ring {
  /** Name or stable id of the sound card; absent: the default one. */
  device?: string;
  /** WAV file that is played over and over; absent: the bell, in the rhythm of a country. */
  file?: string;
  country: ToneCountry;
}

/** Names a program that has joined a call's sound. */
export type AttachmentId = string;

/**
 * `gone`: where the way of the sound is gone with a network of ours; `changed`: where our addresses
 * are others than they were gathered; `always`: the way is lost, whatever the addresses say.
 */
export type RegatherWhen = "gone" | "changed" | "always";

export type MediaEffect =
  /** Binds the sockets and opens (not yet starts) the endpoints → MediaOpened | MediaFailed. */
  | {
    type: "OpenMedia";
    call: CallId;
    endpoints: AudioEndpoints;
    /** What the call may run on, to load it while it rings; absent: it is loaded at the start. */
    formats?: PayloadFormat[];
    /** With a certificate, whose fingerprint MediaOpened has. */
    dtls?: true;
    /** Gathers candidates, as the configuration of this account says; takes up to two seconds. */
    ice?: AccountId;
  }
  /**
   * Gathers for a call that rings, so that OpenMedia has what it needs at once; again in another
   * network. Nothing comes of it; a CloseMedia ends it.
   */
  | { type: "GatherMedia"; call: CallId; ice: AccountId }
  /** Of a call with ICE: gathers anew for a restart, where it must → MediaRegathered. */
  | { type: "RegatherMedia"; call: CallId; when: RegatherWhen }
  /** Starts the stream, or changes a running one (codec, address, direction). */
  | {
    type: "StartMedia";
    call: CallId;
    stream: NegotiatedStream; /** False: early media, the file waits. */
    answered: boolean;
    /**
     * False: the address of the stream may be forged. It gets nothing before it has sent RTP, and then
     * one second at most, until ConfirmMedia or a StartMedia that says true.
     */
    confirmed: boolean;
  }
  /** The peer has proved by its ACK that it hears us: its address is sent to without a limit. */
  | { type: "ConfirmMedia"; call: CallId }
  /** Sends silence instead of the microphone. */
  | { type: "MuteMedia"; call: CallId; muted: boolean }
  /** How loud the speaker gets it, dB; recordings and programs that joined get it as it comes. */
  | { type: "SetVolume"; call: CallId; volume: number }
  /** Which filters the microphone's sound passes; none before the first. */
  | { type: "SetSpeech"; call: CallId; speech: SpeechSettings }
  /** Where the stream has no events, tones whatever is asked for → DigitsSent */
  | {
    type: "SendDigits";
    call: CallId; /** `0-9*#A-D`, `w` = 1 s pause, `,` = 2 s pause. */
    digits: string;
    durationMs: number;
    by: MediaDigitWay;
  }
  /**
   * Begins a recording of both directions (stereo, left ours), or ends the one that runs (null)
   * → RecordingSettled | EndpointFailed.
   */
  | { type: "RecordMedia"; call: CallId; path: string | null }
  /** Leaves silence in the recording while something must not be kept (card data). */
  | { type: "PauseRecording"; call: CallId; paused: boolean }
  /**
   * Other endpoints in mid-call; what is absent stays. A device that cannot be opened changes nothing
   * → EndpointRestored | EndpointFailed for each.
   */
  | { type: "UseEndpoints"; call: CallId; microphone?: Microphone; speaker?: Speaker }
  /**
   * A program joins the call's sound: it gets what the far end says, and what it says goes out, mixed
   * with the microphone or instead of it. The samples themselves go past the core.
   */
  | { type: "AttachAudio"; call: CallId; attachment: AttachmentId; rate: number; instead: boolean }
  | { type: "DetachAudio"; call: CallId; attachment: AttachmentId }
  /**
   * A tone in the call's speaker, and nowhere else, instead of the one before; null: none. Ringback is
   * silent while the far end sends sound.
   */
  | { type: "PlayTone"; call: CallId; tone: Tone | null }
  /**
   * Rings for a call, instead of for another one, until StopRinging. What cannot be had is told by
   * EndpointFailed, once each: the default card rings then, or the bell.
   */
  | { type: "StartRinging"; call: CallId; ring: Ring }
  | { type: "StopRinging"; call: CallId }
  /**
   * Ends the stream and closes the endpoints → MediaClosed. A tone goes on in the speaker for three
   * seconds, unless the far end has just played something itself, or another call begins.
   */
  | { type: "CloseMedia"; call: CallId; tone?: Tone };

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

/** What the meters of a call show: dBFS of the last 100 ms, −90 is silence. */
export interface CallLevels {
  call: CallId;
  /** Ours, as it is sent: −90 while muted. */
  sent: number;
  received: number;
}

export type MediaInput =
  | {
    type: "MediaOpened";
    call: CallId;
    port: number;
    rtcpPort: number;
    /** Of random octets, for SDES; good for this call alone. Absent: there is no SDES. */
    keys?: SdesKeys;
    /** Of our certificate, where one was wanted. */
    fingerprint?: Fingerprint;
    ice?: LocalIce;
    /** Servers that were of no use to ICE. */
    failures?: ErrorJson[];
  }
  /** Comes once for each RegatherMedia, in up to two seconds. */
  | {
    type: "MediaRegathered";
    call: CallId; /** Absent: everything stays as it is. */
    gathered?: GatheredIce;
    /** Servers that were of no use, or why nothing could be gathered. */
    failures?: ErrorJson[];
  }
  /** DTLS has brought keys, for the first time or anew. */
  | {
    type: "MediaSecured";
    call: CallId;
    suite: SrtpSuite; /** Of the peer's certificate. */
    fingerprint: Fingerprint;
  }
  | { type: "MediaFailed"; call: CallId; error: ErrorJson }
  | { type: "MediaStarted"; call: CallId }
  /** The first packet of the peer arrived. */
  | { type: "MediaHeard"; call: CallId }
  | { type: "DigitReceived"; call: CallId; digit: string; durationMs: number; by: MediaDigitWay }
  | { type: "DigitsSent"; call: CallId; digits: string; by: MediaDigitWay }
  /** The microphone file or pipe is at its end. */
  | { type: "MicrophoneEnded"; call: CallId }
  /** An endpoint failed in mid-call (device lost, closed pipe); the call goes on without it. */
  | {
    type: "EndpointFailed";
    call: CallId;
    endpoint: EndpointName;
    error: ErrorJson;
  }
  /** What SetSpeech switched on cannot be had; the call goes on without it. */
  | { type: "SpeechFailed"; call: CallId; part: SpeechPart; error: ErrorJson }
  /** Works again after it failed; or what UseEndpoints asked for is done, or nothing was changed. */
  | { type: "EndpointRestored"; call: CallId; endpoint: LiveEndpoint }
  /** What RecordMedia asked for is done: the file is open, or complete. */
  | { type: "RecordingSettled"; call: CallId }
  /** ICE found no way to the peer, or lost the one that it had; or a relay is lost. */
  | { type: "IceFailed"; call: CallId; error: ErrorJson }
  /** The way that was in use is lost: only a restart of ours brings another (RFC 7675 §5.1). */
  | { type: "IceLost"; call: CallId }
  /** About once a second while the stream runs. */
  | { type: "MediaReported"; call: CallId; report: MediaReport }
  | { type: "MediaClosed"; call: CallId; report: MediaReport };
