/**
 * What faces are told: one type of event for each thing that can happen, each with details of its own.
 * Plain JSON; the place in the order of all events is added by `src/station`. Pure.
 */
import type {
  AccountId,
  AccountView,
  DigitWay,
  KeptFlow,
  RegistrationState,
} from "../account/mod.ts";
import type { RecordingState } from "./call.ts";
import type { CallDirection } from "./direction.ts";
import type { CallRecord, CallView } from "./call_view.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { SpeechSettings } from "../media/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type { CallId, EndpointName, HeadsetId, HeadsetNotice } from "../ports/mod.ts";
import type { BadSound } from "./bad_sound.ts";
import type { Silence } from "./silence.ts";

/** What is asked of a recording. */
export const RECORD_ACTIONS = ["start", "stop", "pause", "resume"] as const satisfies Names<4>;

/** What the other side may refuse us in a call. */
export const HOLD_WISHES = ["hold", "resume"] as const satisfies Names<2>;

/** A response of the other side. */
export interface Answered {
  /** SIP status; 0: nothing was answered. */
  status: number;
  reason: string;
}

/** What a transfer has come to. */
export interface TransferDetail {
  target?: string;
  /** The other side transfers us; absent: we transfer it. */
  by?: "remote";
  /** A person is asked whether to follow it. */
  asked?: true;
  /** The call that follows it. */
  leg?: CallId;
  /** SIP status of the target; 0: nothing was answered. */
  status?: number;
  reason?: string;
  /** It came to nothing: the call is back. */
  failed?: true;
  /** Why, where we transferred. */
  error?: ErrorJson;
}

/**
 * Each event about one call, with what it tells beside the view of that call.
 * `undefined` alone: nothing; with a type: not always.
 */
export interface CallEventDetails {
  /** Absent: nobody transferred us. */
  "call.dialling": { referrer: CallId } | undefined;
  "call.incoming":
    | {
      /** ms after which the caller wants it answered by itself. */
      autoAnswerAfter?: number;
      /** The call whose place it takes (RFC 3891). */
      replaces?: CallId;
    }
    | undefined;
  "call.progress": Answered;
  "call.early-media": Answered | undefined;
  "call.answered": undefined;
  /** Present: the other side refused it. */
  "call.hold": { refused: (typeof HOLD_WISHES)[number] } & Answered | undefined;
  "call.mute": undefined;
  /** The sound of a running call is encrypted from now on, or not any more, or otherwise. */
  "call.security": undefined;
  /** `settled`: the file is open, or complete. */
  "call.recording": RecordingState & { settled?: true };
  "call.transfer": TransferDetail;
  /** The first packet of the other side arrived. */
  "call.heard": undefined;
  /** No sound arrives in a direction, or does again; while it lasts it may come again, better explained. */
  "call.silence":
    & { direction: CallDirection }
    & ({ silent: true } & Silence | { silent: false; /** ms */ lastedMs: number });
  /** A direction sounds bad, for some seconds, or good again, for fifteen. */
  "call.quality":
    & { direction: CallDirection }
    & ({ bad: true } & BadSound | { bad: false; /** ms */ lastedMs: number });
  "call.microphone-ended": undefined;
  "call.digits-sent": { digits: string; by: DigitWay };
  /** Digits of ours that the other side did not take; `next`: how those that are left go instead. */
  "call.digits-refused": { by: DigitWay; next?: DigitWay } & Answered;
  "call.digit": { digit: string; durationMs: number; by: DigitWay };
  /** `working`: again, or as it was asked to; else why not: the call goes on without it. */
  "call.endpoint":
    | { endpoint: EndpointName; working: true }
    | { endpoint: EndpointName; working: false; error: ErrorJson };
  /** About once a second: the view has new counters. */
  "call.media": undefined;
  "call.ending": undefined;
}

export type CallEventType = keyof CallEventDetails;

export type CallEventOf<T extends CallEventType> = [CallEventDetails[T]] extends [undefined]
  ? { type: T; call: CallView }
  : undefined extends CallEventDetails[T]
    ? { type: T; call: CallView; detail?: CallEventDetails[T] }
  : { type: T; call: CallView; detail: CallEventDetails[T] };

/** Every call event carries the whole view of its call. */
export type CallEvent = { [T in CallEventType]: CallEventOf<T> }[CallEventType];

export type PhoneEvent =
  | CallEvent
  | { type: "call.ended"; record: CallRecord }
  /** Others are configured than before. */
  | { type: "accounts"; accounts: AccountView[] }
  | { type: "registration"; account: AccountId; registration: RegistrationState }
  | { type: "connection"; account: AccountId; connected: boolean; error?: ErrorJson }
  /** The account's server is reached from another address of ours than before; both numeric. */
  | { type: "address"; account: AccountId; address: string; before: string }
  /** The ways by which the account is reached besides its connection are these now (RFC 5626). */
  | { type: "flows"; account: AccountId; flows: KeptFlow[] }
  | { type: "do-not-disturb"; on: boolean }
  | { type: "volume"; /** dB */ volume: number }
  /** What our sound passes from now on. */
  | { type: "speech"; speech: SpeechSettings }
  | { type: "headset"; headset: HeadsetId; attached: boolean; name?: string; error?: ErrorJson }
  | {
    type: "headset-notice";
    headset: HeadsetId;
    notice: HeadsetNotice;
    text: string;
    hint?: string;
  }
  /** Something outside did what it should not, or an input came too late; for the log. */
  | { type: "notice"; text: string; call?: CallId };

/** Whether an event is about a live call; that of a notice is only named. */
export function isCallEvent<E extends { type: string }>(
  event: E,
): event is Extract<E, { call: CallView }> {
  return "call" in event && typeof event.call === "object";
}
