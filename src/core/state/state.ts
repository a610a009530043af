/**
 * The phone's whole state, and everything that can happen to it.
 *
 *     Command (a person, a script) ┐
 *     SipInput (network)           ├─► step(state, input, moment) ─► { state, effects, events }
 *     MediaInput (RTP, devices)    │
 *     HeadsetInput (buttons)       │
 *     NetworkInput (addresses)     │
 *     TimerFired                   ┘
 *
 * Commands that are impossible throw; inputs from outside that do not fit are ignored and told in a
 * `notice` event, because the network may say anything at any time.
 */
import type { Names } from "../../base/names/mod.ts";
import type {
  Account,
  AccountId,
  AccountState,
  AutoAnswer,
  CallersPolicy,
  Encryption,
  ExtraHeader,
  KeyingName,
  PartyIdentity,
  Strangers,
} from "../account/mod.ts";
import type { Call, CallLimits } from "./call.ts";
import type { PhoneEvent } from "./events.ts";
import type {
  AttachmentId,
  AudioEndpoints,
  CallId,
  HeadsetEffect,
  HeadsetInput,
  MediaEffect,
  MediaInput,
  Microphone,
  NetworkInput,
  SipEffect,
  SipInput,
  Speaker,
} from "../ports/mod.ts";
import type { PayloadFormat, SpeechSettings, ToneCountry, VolumeWish } from "../media/mod.ts";
import type { Timer, TimerFired } from "./timer.ts";

export interface Settings extends CallPolicy, SoundSettings {
  /** Every format that media can run. */
  formats: PayloadFormat[];
  /** Calls at one time; the next incoming one gets 486. */
  maxCalls: number;
  /** ms that an incoming call rings before it is missed. */
  ringMs: number;
  doNotDisturb: boolean;
  /** `one`: a call that becomes active holds the others (a person); `all`: none is held (an exchange). */
  active: "one" | "all";
  /** Endpoints of calls that name none. */
  endpoints: AudioEndpoints;
  /** Whose calls are answered by themselves while no other is on; absent: nobody's. */
  autoAnswer?: AutoAnswer;
  /** What lifting a headset does while no call is on; absent: nothing. */
  lift?: { kind: "hotline"; dial: Dialled } | { kind: "redial" };
}

/** What a person hears beside the far end, and how a voice is sent. */
export interface SoundSettings {
  /** Whose tones are played; absent: `itu`. */
  tones?: ToneCountry | "none";
  /** What the microphone's sound passes until somebody switches it; absent: nothing. */
  speech?: SpeechSettings;
  /** Where incoming calls ring; absent: where the speaker is a sound card. */
  ringer?: { kind: "device"; name: string } | { kind: "none" };
  /** WAV file that rings unless the caller has one of their own; absent: the bell. */
  ringFile?: string;
}

/** Who may call, and what the other side of a call may do. */
export interface CallPolicy {
  /** Absent: the server alone for accounts that register, anyone for others. */
  callers?: CallersPolicy;
  /** Whether everybody's claim is believed, as on a practice PBX. */
  trust?: "everyone";
  /** Whether we go where a trusted peer transfers us (REFER); absent: never. */
  transfers?: TransferPolicy;
  /** The same for calls that were answered by themselves; absent: never. */
  transfersAutoAnswered?: TransferPolicy;
  /** ms without RTP and RTCP after which a peer is asked whether it is there; absent, 0: never. */
  silenceMs?: number;
  /** ms without RTP after which a call ends; absent, 0: never. */
  silenceLimitMs?: number;
  /** The same on hold, without RTP and RTCP. */
  heldSilenceLimitMs?: number;
}

export const TRANSFER_POLICIES = ["ask", "follow", "never"] as const satisfies Names<3>;
export type TransferPolicy = (typeof TRANSFER_POLICIES)[number];

/** What was dialled, to dial it again. */
export interface Dialled {
  account: AccountId;
  target: string;
}

export interface PhoneState {
  settings: Settings;
  accounts: ReadonlyMap<AccountId, AccountState>;
  /** In the order of their beginning. */
  calls: ReadonlyMap<CallId, Call>;
  lastDialled?: Dialled;
  /** Of what is heard, dB; see `VOLUME`. */
  volume: number;
  speech: SpeechSettings;
  strangers: Strangers;
}

/** What a person or program asks for. Impossible ones throw `OffhookError`; nothing changes then. */
export type PhoneCommand = CallCommand | AccountCommand | SettingsCommand;

export type CallCommand =
  | {
    type: "Dial";
    /** Chosen by the asker; unique. */
    call: CallId;
    account: AccountId;
    target: string;
    endpoints?: AudioEndpoints;
    codecs?: string[];
    /** Absent: as the account has it. */
    encryption?: Encryption;
    /** Likewise. */
    keying?: KeyingName;
    from?: PartyIdentity;
    headers?: ExtraHeader[];
    limits?: CallLimits;
  }
  | {
    type: "Answer";
    call: CallId;
    endpoints?: AudioEndpoints;
    codecs?: string[];
    /** Absent: as the account has it. */
    encryption?: Encryption;
    /** Of an offer of ours: the INVITE had none. */
    keying?: KeyingName;
    from?: PartyIdentity;
    headers?: ExtraHeader[];
    limits?: CallLimits;
  }
  | {
    type: "Reject";
    call: CallId;
    status?: number;
    reason?: string;
    /** Complete URI of a redirection: for a status of 300 to 399, and needed there. */
    target?: string;
    headers?: ExtraHeader[];
  }
  /** It is heard to ring no more; the caller is told nothing. */
  | { type: "Silence"; call: CallId }
  /** Ends a call in whatever phase it is. */
  | { type: "Hangup"; call: CallId }
  | { type: "Hold"; call: CallId }
  | { type: "Resume"; call: CallId }
  /** Holds the active call and resumes the held one. */
  | { type: "Swap" }
  | { type: "Mute"; call: CallId; muted: boolean }
  /** Begins a recording, or ends the one that runs (null). */
  | { type: "Record"; call: CallId; path: string | null }
  | { type: "PauseRecording"; call: CallId; paused: boolean }
  | { type: "UseEndpoints"; call: CallId; microphone?: Microphone; speaker?: Speaker }
  | { type: "AttachAudio"; call: CallId; attachment: AttachmentId; rate: number; instead: boolean }
  | { type: "DetachAudio"; call: CallId; attachment: AttachmentId }
  | { type: "SendDigits"; call: CallId; digits: string; durationMs: number }
  | { type: "Transfer"; call: CallId; target: string }
  /** Yes or no to a peer that wants to transfer us. */
  | { type: "FollowTransfer"; call: CallId }
  | { type: "RefuseTransfer"; call: CallId }
  /** Early media to a caller: 183 with an answer, before the call is answered (practice PBX). */
  | { type: "SendEarlyMedia"; call: CallId; endpoints?: AudioEndpoints };

export type AccountCommand =
  | { type: "Register"; account: AccountId }
  | { type: "Unregister"; account: AccountId };

export type SettingsCommand =
  | { type: "SetDoNotDisturb"; on: boolean }
  /** Of what is heard, in every call: those that are on and those to come. */
  | { type: "ChangeVolume"; volume: VolumeWish }
  /** Of our sound, in every call as well; what is absent stays. */
  | { type: "ChangeSpeech"; speech: Partial<SpeechSettings> }
  /** What a changed configuration says; calls go on as they are. */
  | { type: "Configure"; settings: Settings; accounts: Account[] };

export type Input = PhoneCommand | SipInput | MediaInput | HeadsetInput | NetworkInput | TimerFired;

export type Effect =
  | SipEffect
  | MediaEffect
  | HeadsetEffect
  | ({ type: "StartTimer"; ms: number } & Timer)
  | ({ type: "StopTimer" } & Timer);

/** What the core cannot know by itself, passed in with each input. */
export interface Moment {
  /** ms since the epoch. */
  at: number;
  /** 0 ≤ random < 1. */
  random: number;
}

export interface StepResult {
  state: PhoneState;
  effects: Effect[];
  events: PhoneEvent[];
}

/** What a phone is opened with. */
export interface PhoneOpening {
  settings: Settings;
  accounts: Account[];
  lastDialled?: Dialled;
}
