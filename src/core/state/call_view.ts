/** What is shown of a call while it lives, and what is kept of it after. */
import type { AccountId, KeyingName, PartyIdentity, TransportName } from "../account/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type { SrtpSuite } from "../media/mod.ts";
import type { CallId, MediaReport } from "../ports/mod.ts";
import {
  type BadSounds,
  type Call,
  type CallOutcome,
  type Hold,
  type RecordingState,
  type Silences,
} from "./call.ts";
import { type CallDirection, DIRECTIONS } from "./direction.ts";

/** One word for what a person would say of a live call. */
export const CALL_STATES = [
  "dialling",
  "ringback",
  "early",
  "ringing",
  "active",
  "held",
  "ending",
] as const satisfies Names<7>;

/** How the sound of a call is encrypted. */
export interface EncryptionView {
  keying: KeyingName;
  suite?: SrtpSuite;
  /** SHA-256 of the certificate that the peer showed: `AB:CD:…`; DTLS only. */
  fingerprint?: string;
}

/** Of the sound, not of the signalling. */
export const SECURITIES = ["none", "srtp"] as const satisfies Names<2>;

/** A call that is over, whole: what `dial --json` and the history are made of. */
export interface CallRecord extends CallOutcome {
  id: CallId;
  sipCallId?: string;
  direction: CallDirection;
  account: AccountId;
  local?: PartyIdentity;
  remote: PartyIdentity;
  transport?: TransportName;
  codec?: string;
  /** Absent: it was not encrypted. */
  encryption?: EncryptionView;
  startedAt: number;
  answeredAt?: number;
  endedAt: number;
  report?: MediaReport;
  /** Directions in which no sound arrived when it ended. */
  silence?: Silences;
  /** Directions that sounded bad when it ended. */
  badSound?: BadSounds;
  /** Path of the recording. */
  recording?: string;
  /** Why that, or the speaker's file, is cut: a full disk. */
  recordingError?: ErrorJson;
}

/** What a face shows of a call. `state` is one word for what a person would say. */
export interface CallView {
  id: CallId;
  sipCallId?: string;
  direction: CallDirection;
  account: AccountId;
  state: (typeof CALL_STATES)[number];
  /** Of an incoming call: whom the caller asked for. */
  local?: PartyIdentity;
  remote: PartyIdentity;
  transport?: TransportName;
  codec?: string;
  /** Signalling is not what is meant here: is the sound encrypted? */
  security: (typeof SECURITIES)[number];
  /** Present when the sound is encrypted, or will be. */
  encryption?: EncryptionView;
  startedAt: number;
  answeredAt?: number;
  hold: Hold;
  muted: boolean;
  recording: RecordingState;
  /** Whom this call is being handed to, by us or by the peer. */
  transferTarget?: string;
  /** Where the other side wants to transfer us, while nobody has said yes or no. */
  transferAsked?: string;
  /** The call whose peer transferred us, and so had us make this one. */
  referrer?: CallId;
  report?: MediaReport;
  /** Directions in which no sound arrives, and why. */
  silence?: Silences;
  /** Directions that sound bad, and what of. */
  badSound?: BadSounds;
}

/** The call as a face sees it. */
export function viewOf(call: Call): CallView {
  const view: CallView = {
    id: call.id,
    direction: call.direction,
    account: call.account,
    state: stateWord(call),
    remote: call.remote,
    security: "none",
    startedAt: call.startedAt,
    hold: call.hold,
    muted: call.muted,
    recording: call.recording,
  };
  const { phase, media } = call;
  if (call.sipCallId !== undefined) view.sipCallId = call.sipCallId;
  if (call.local !== undefined) view.local = call.local;
  if (call.transport !== undefined) view.transport = call.transport;
  if (call.report !== undefined) view.report = call.report;
  if (call.silences !== undefined) view.silence = call.silences;
  const badSound = badSoundsOf(call);
  if (badSound !== undefined) view.badSound = badSound;
  if (media.name === "running") view.codec = media.stream.sendFormat.encoding;
  const encryption = encryptionOf(call);
  if (encryption !== undefined) {
    view.encryption = encryption;
    // Nothing is sent before the handshake of DTLS has brought keys.
    if (encryption.suite !== undefined) view.security = "srtp";
  }
  if ("answeredAt" in phase && phase.answeredAt !== undefined) view.answeredAt = phase.answeredAt;
  if (phase.name === "established" && phase.transfer.name !== "none") {
    view.transferTarget = phase.transfer.target;
  } else if (call.referral !== undefined) view.transferTarget = call.referral.target;
  if (call.asked !== undefined) view.transferAsked = call.asked.target;
  if (call.referrer !== undefined) view.referrer = call.referrer;
  return view;
}

/** What was told of bad sound; undefined: nothing. */
export function badSoundsOf({ soundWatch }: Call): BadSounds | undefined {
  const sounds: BadSounds = {};
  for (const direction of DIRECTIONS) {
    const told = soundWatch?.[direction]?.told;
    if (told !== undefined) sounds[direction] = told;
  }
  return Object.keys(sounds).length === 0 ? undefined : sounds;
}

/** How the sound is encrypted; undefined: it is not. */
export function encryptionOf({ media }: Call): EncryptionView | undefined {
  const keying = media.name === "running" ? media.stream.keying : undefined;
  if (keying === undefined) return undefined;
  if (keying.kind === "sdes") return { keying: "sdes", suite: keying.suite };
  const secured = media.name === "running" ? media.secured : undefined;
  if (secured === undefined) return { keying: "dtls" };
  const { suite, fingerprint: { value } } = secured;
  return { keying: "dtls", suite, fingerprint: value };
}

function stateWord(call: Call): CallView["state"] {
  const { phase } = call;
  switch (phase.name) {
    case "preparing":
      return "dialling";
    case "calling":
      if (call.media.name === "running") return "early";
      return phase.progress >= 180 ? "ringback" : "dialling";
    case "ringing":
    case "answering":
      return "ringing";
    case "established":
      return call.hold.local ? "held" : "active";
    case "ending":
      return "ending";
  }
}
