/**
 * One call, as data.
 *
 * Outgoing:   preparing ─► calling ─► (early) ─► established ─► ending ─► gone
 * Incoming:   ringing ─► answering ─────────────► established ─► ending ─► gone
 *
 *     phase         leaves by
 *     preparing     MediaOpened → calling; MediaFailed, Hangup → ending
 *     calling       CallProgress (early media); CallAccepted → established; CallRejected, Hangup,
 *                   no-answer timer → ending
 *     ringing       Answer → answering; Reject, CallCancelled, ring timer → ending
 *     answering     MediaOpened → established; MediaFailed, CallCancelled, Hangup → ending
 *     established   Hangup, CallEnded, duration timer → ending
 *     ending        MediaClosed and final response, or the ending timer → gone
 *
 * A phase is a tagged union: no boolean repeats what the phase says. Plain JSON, owned by the state,
 * never mutated.
 */
import type {
  AccountId,
  DigitWay,
  Encryption,
  ExtraHeader,
  KeyingName,
  PartyIdentity,
  TransportName,
} from "../account/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type {
  Fingerprint,
  LocalPorts,
  MediaDescription,
  NegotiatedStream,
  PayloadFormat,
  SdesKeys,
  SrtpSuite,
} from "../media/mod.ts";
import { type AudioEndpoints, type CallId, ENDERS, type MediaReport } from "../ports/mod.ts";
import type { BadSound } from "./bad_sound.ts";
import type { CallDirection } from "./direction.ts";
import type { Outcome } from "./outcome.ts";
import type { Silence } from "./silence.ts";

/** Who ended a call; `none`: it did not begin, or nobody did. */
export const ENDED_BY = [...ENDERS, "none"] as const satisfies Names<3>;
export type EndedBy = (typeof ENDED_BY)[number];

export type Phase =
  | { name: "preparing" }
  | {
    name: "calling";
    offer: MediaDescription;
    /** The last 18x with its phrase; 0 before one. */
    progress: number;
    reason: string;
  }
  | {
    name: "ringing";
    offer: MediaDescription | null;
    /** Who makes it ring: the caller behind the account's server, or an address. */
    source: string;
  }
  | {
    name: "answering";
    offer: MediaDescription | null;
    /** What media was opened with, before the answer: the call goes over to its own endpoints. */
    early?: AudioEndpoints;
  }
  | { name: "established"; answeredAt: number; exchange: Exchange; transfer: Transfer }
  /** `endedAt`: when the end began; how long the BYE takes is no part of the call. */
  | {
    name: "ending";
    answeredAt?: number;
    endedAt: number;
    outcome: CallOutcome;
    awaiting: Awaiting;
  };

/** An offer that is under way inside an established call (RFC 3264: one at a time). */
export type Exchange =
  | { name: "stable" }
  /** Our 2xx carried an offer; the ACK brings the answer. */
  | { name: "awaiting-ack"; offer: MediaDescription }
  | { name: "offered"; offer: MediaDescription }
  /** The peer's offer won (491); ours goes out again when the timer fires (RFC 3261 §14.1). */
  | { name: "glare" };

export type Transfer =
  | { name: "none" }
  /** The call is put on hold before it is referred, so that a failed transfer finds it there. */
  | { name: "holding"; target: string }
  | { name: "referred"; target: string };

/** What must still come before the call is gone; the ending timer stands in for both. */
export interface Awaiting {
  /** The final response to a CANCEL of ours. */
  signalling: boolean;
  /** MediaClosed with the last report. */
  media: boolean;
}

/** What a key exchange beside the sound agreed on. */
export interface Secured {
  suite: SrtpSuite;
  /** Of the peer's certificate; it is one of those that its description announced. */
  fingerprint: Fingerprint;
}

export type MediaState =
  | { name: "none" }
  | { name: "opening" }
  | { name: "open" } & OpenMedia
  | {
    name: "running";
    stream: NegotiatedStream; /** What DTLS has brought. */
    secured?: Secured;
  } & OpenMedia;

/** Of a call whose sockets are open. */
export interface OpenMedia extends LocalPorts {
  /** Of ours, for SDES; in no view. */
  keys?: SdesKeys;
  /** Of our certificate, for DTLS. */
  fingerprint?: Fingerprint;
}

export interface Move {
  /** Times that it was offered in vain. */
  tries: number;
  /** The offer that is under way tells it. */
  offered: boolean;
}

/** Who holds: both may. */
export interface Hold {
  /** What we want, and have offered or will offer. */
  local: boolean;
  remote: boolean;
}

export interface Call {
  id: CallId;
  direction: CallDirection;
  account: AccountId;
  local?: PartyIdentity;
  remote: PartyIdentity;
  sipCallId?: string;
  transport?: TransportName;
  /** ms since the epoch, as every time in the core. */
  startedAt: number;
  endpoints: AudioEndpoints;
  capabilities: PayloadFormat[];
  /** Of the sound: the account's policy, or what Dial or Answer asked for. */
  encryption: Encryption;
  /** What Dial or Answer asked for: goes out when media is open. */
  request: {
    target: string;
    headers: ExtraHeader[];
    from?: PartyIdentity;
    keying?: KeyingName;
    referredBy?: string;
    replaces?: string;
  };
  limits: CallLimits;
  phase: Phase;
  media: MediaState;
  hold: Hold;
  /** What the peer knows of our hold; differs from `hold.local` until an offer is answered. */
  toldHold: boolean;
  muted: boolean;
  /** The peer has another address for our sound than ours is now. */
  moved?: Move;
  /** Media gathers for ICE while the call rings, though nothing is open yet. */
  gathers?: true;
  /** Answers that media owes us, whether it has gathered anew: offers wait for them. */
  regathering?: number;
  /** Whether the peer's identity is more than its own claim: see `caller_policy.ts`. */
  trusted: boolean;
  /** An incoming call of which no ACK has come: its address may be forged. */
  unacknowledged?: true;
  /** File that rings for this caller. */
  ringFile?: string;
  /** It is heard to ring. */
  rings?: boolean;
  /** Nobody wants to hear it ring. */
  silenced?: true;
  /** By itself, not by a person or program. */
  autoAnswered?: boolean;
  recording: RecordingState;
  /** Path of the last recording, also when it ended before the call. */
  recorded?: string;
  /** Why the recording, or the speaker's file, is cut. */
  recordingError?: ErrorJson;
  /** The description of ours that is in force: repeated when a peer asks again. */
  description?: MediaDescription;
  /** Absent: none so far. */
  digits?: CallDigits;
  report?: MediaReport;
  /** When that came. */
  reportedAt?: number;
  /** Packets of the peer so far, and since when there are no more. */
  counted?: { packets: number; held: boolean; since: number };
  /** Directions in which no sound arrives, as was told. */
  silences?: Silences;
  /** Whether each direction sounds bad, and since when. */
  soundWatch?: Partial<Record<CallDirection, SoundWatch>>;
  /** Packets lost when that of the other side began. */
  lostBefore?: number;
  /** The other side sends nothing while nobody speaks: it was seen to. */
  pauses?: true;
  /** The peer is being asked whether it is still there. */
  asking?: boolean;
  /** When it was asked last. */
  askedAt?: number;
  /** A transfer by the peer that waits for a person's yes or no. */
  asked?: AskedTransfer;
  /** The call that the peer had us make by REFER; gone when that one came to nothing. */
  referral?: Referral;
  /** The call whose peer had us make this one. */
  referrer?: CallId;
  /** The call whose place this one takes: signalling ends it, so it is not put on hold. */
  replaces?: CallId;
}

/** Since when a direction sounds bad, or good again, ms; what was told. Empty: it sounds good. */
export interface SoundWatch {
  badSince?: number;
  goodSince?: number;
  told?: BadSound;
}

export type BadSounds = Partial<Record<CallDirection, BadSound>>;

/** The digits of a call, whichever way they went. */
export interface CallDigits {
  sent: string;
  /** Digits that went over RTP: those in `sent`, and those of commands that are done. */
  overRtp: { counted: number; done: number };
  received: string;
  /** The newest of the other side, with every way that each has come. */
  recent: readonly HeardDigit[];
  /** What the other side of this call showed of INFO; absent: nothing yet. */
  info?: "takes" | "refuses";
}

export interface HeardDigit {
  digit: string;
  at: number;
  ways: readonly DigitWay[];
}

export type Silences = Partial<Record<CallDirection, Silence>>;

/** What a REFER says, and the id of the call that would be made. */
export interface AskedTransfer {
  target: string;
  referral: CallId;
  referredBy?: string;
  replaces?: string;
}

export interface Referral {
  leg: CallId;
  target: string;
  /** Whether this call is active again when the other comes to nothing. */
  resumes: boolean;
}

export type RecordingState =
  | { name: "off" }
  | { name: "on"; path: string }
  | { name: "paused"; path: string };

/** Time limits in ms; absent: none. */
export interface CallLimits {
  /** From INVITE to answer (outgoing), or of ringing (incoming). */
  noAnswerMs?: number;
  /** From answer to our BYE. */
  durationMs?: number;
  /** Without a packet of the other side, and without one on hold: RTCP counts there. */
  silenceMs?: number;
  heldSilenceMs?: number;
}

export interface CallOutcome {
  outcome: Outcome;
  /** Final SIP status; 0 when there was none. */
  sipStatus: number;
  reason: string;
  endedBy: EndedBy;
  error?: ErrorJson;
}
