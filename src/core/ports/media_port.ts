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
  SdesKeys,
  SpeechPart,
  SpeechSettings,
  SrtpSuite,
  Tone,
  ToneCountry,
} from "../media/mod.ts";
import type { CallId } from "./call_id.ts";
import type { MediaReport } from "./media_report.ts";

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
