/**
 * The port between the core and signalling.
 *
 *     core ── SipEffect ──► src/sip (SIP.js) ──► network
 *     core ◄── SipInput ─── src/sip ◄────────── network
 *
 * Both are plain JSON. The adapter's `perform(effect)` never throws and returns at once; whatever
 * comes of it, success or failure, comes back as an input. Call ids are ours: the core names outgoing
 * calls, the adapter names incoming ones. The adapter decides nothing about media: it turns
 * descriptions into SDP and back.
 *
 * Offer and answer, by who speaks first (RFC 3264, RFC 3261 §13, §14):
 *
 *     outgoing           SendInvite{offer}      … CallProgress{description?} … CallAccepted{description}
 *     outgoing, delayed  SendInvite{offer:null} … CallAccepted{description, isOffer} → AnswerOffer (in ACK)
 *     incoming           IncomingCall{offer}    … SendAccept{description = answer} … CallConfirmed
 *     incoming, delayed  IncomingCall{offer:null} SendAccept{description = offer} … CallConfirmed{description}
 *     re-INVITE/UPDATE   in:  RemoteOffer{offer|null} → AnswerOffer | RejectOffer
 *                        out: SendReinvite{offer} → OfferAccepted{description} | OfferRejected{status}
 */
import type {
  AccountId,
  ExtraHeader,
  KeptFlow,
  PartyIdentity,
  RegistrationState,
  RequestOrigin,
  TransportName,
} from "../account/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type { MediaDescription, PayloadFormat } from "../media/mod.ts";
import type { CallId } from "./call_id.ts";
import type { MediaReport } from "./media_report.ts";

export type { RequestOrigin };

/** Which way a message went. */
export const MESSAGE_DIRECTIONS = ["in", "out"] as const satisfies Names<2>;

/** Who can end a dialog. */
export const ENDERS = ["local", "remote"] as const satisfies Names<2>;
export type Ender = (typeof ENDERS)[number];

/** What a report of a call's sound is made of (RFC 6035). */
export interface QualitySession {
  sipCallId: string;
  /** We called. */
  outgoing: boolean;
  /** URI of the other side. */
  remote: string;
  /** ms since the epoch. */
  answeredAt: number;
  endedAt: number;
  media: {
    port: number;
    remoteAddress: string;
    remotePort: number;
    /** What we sent last, in packets of so many ms. */
    format: PayloadFormat;
    ptime: number;
  };
  report: MediaReport;
}

export type SipEffect =
  | { type: "Register"; account: AccountId }
  | { type: "Unregister"; account: AccountId }
  /** Reports a call that is over to the account's collector → QualityReportsRefused, once. */
  | { type: "PublishQuality"; account: AccountId; session: QualitySession }
  /** The host's addresses have changed, or it slept: the account goes on from where it is now. */
  | { type: "FollowNetwork"; account: AccountId; slept: boolean }
  | {
    type: "SendInvite";
    call: CallId;
    account: AccountId;
    /** SIP, SIPS or TEL URI, complete. */
    target: string;
    offer: MediaDescription | null;
    /**
     * What is offered instead when the signalling is not encrypted; `refused`: then nothing is sent, and
     * CallRejected follows. Absent: the same.
     */
    inTheClear?: MediaDescription | "refused";
    /** Replaces our own identity in From (`--from`). */
    from?: PartyIdentity;
    headers: ExtraHeader[];
    /** Values of Referred-By (RFC 3892) and Replaces (RFC 3891), of a call that a peer had us make. */
    referredBy?: string;
    replaces?: string;
  }
  /** Gives up an INVITE that has no final response; also when a challenge is under way. */
  | { type: "SendCancel"; call: CallId }
  /** 180, or 183 with a description; reliably when the peer requires 100rel (RFC 3262). */
  | {
    type: "SendProgress";
    call: CallId;
    status: 180 | 181 | 182 | 183;
    description?: MediaDescription;
  }
  | {
    type: "SendAccept";
    call: CallId;
    description: MediaDescription;
    /** Who answers, when that is another than the one who was called (RFC 3325). */
    from?: PartyIdentity;
    headers?: ExtraHeader[];
  }
  /** A final 3xx–6xx to an incoming INVITE. `contacts` go into a 3xx. */
  | {
    type: "SendReject";
    call: CallId;
    status: number;
    reason?: string;
    contacts?: string[];
    headers?: ExtraHeader[];
  }
  | { type: "SendBye"; call: CallId }
  | { type: "SendReinvite"; call: CallId; offer: MediaDescription | null }
  | { type: "AnswerOffer"; call: CallId; description: MediaDescription }
  | { type: "RejectOffer"; call: CallId; status: 488 | 491 | 500 }
  /** Blind transfer, or attended when `replaces` names the other call (RFC 3515, RFC 3891). */
  | { type: "SendRefer"; call: CallId; target: string; replaces?: CallId }
  /** To a ReferReceived: 202 follows the transfer, 603 does not (RFC 3515 §2.4.2). */
  | { type: "AnswerRefer"; call: CallId; status: 202 | 603 }
  /** How the call that a REFER asked for is going; a final status is the last word. */
  | { type: "SendReferStatus"; call: CallId; status: number; reason: string }
  /** Asks the peer inside the dialog whether it is still there (OPTIONS) → DialogAnswered. */
  | { type: "AskDialog"; call: CallId }
  /**
   * DTMF digits and pauses by INFO, one after the other → InfoDigitTaken for each digit, and in the end
   * InfoDigitsSent or InfoDigitsRefused.
   */
  | { type: "SendInfoDigits"; call: CallId; digits: string; durationMs: number };

export type SipInput =
  | {
    type: "RegistrationChanged";
    account: AccountId;
    registration: RegistrationState;
  }
  | {
    type: "IncomingCall";
    call: CallId;
    account: AccountId;
    /** The SIP Call-ID, for logs, traces and `explain`. */
    sipCallId: string;
    origin: RequestOrigin;
    /** Numeric address, without port, that the INVITE came from. */
    source: string;
    /** From; of the account's server also P-Asserted-Identity, where it states one. */
    from: PartyIdentity;
    to: PartyIdentity;
    /** Null: a delayed offer, or one that cannot be used. */
    offer: MediaDescription | null;
    /** Why the offer cannot be used, when there is one: the call is to be refused with 488. */
    unusable?: ErrorJson;
    transport: TransportName;
    /** Call-Info/Alert-Info answer-after, seconds, when the caller asks for it. */
    autoAnswerAfter?: number;
    /** The answered call whose place it takes at once (RFC 3891): signalling ends that one. */
    replaces?: CallId;
    /** File that rings for this caller; signalling knows of none. */
    ringFile?: string;
  }
  /** 101–199. `dialog` tells early dialogs of a forked call apart; ringback may come from several. */
  | {
    type: "CallProgress";
    call: CallId;
    /** Of the INVITE. */
    sipCallId?: string;
    status: number;
    reason: string;
    dialog: string;
    /** Of the INVITE; absent: that of the account. */
    transport?: TransportName;
    description?: MediaDescription;
  }
  | {
    type: "CallAccepted";
    call: CallId;
    sipCallId: string;
    dialog: string;
    /** From, as it was sent. */
    local: PartyIdentity;
    remote: PartyIdentity;
    transport: TransportName;
    /** Null: the answer came earlier in a reliable provisional response of this dialog. */
    description: MediaDescription | null;
    /** True: delayed offer; AnswerOffer or RejectOffer must follow at once. */
    isOffer: boolean;
  }
  /**
   * The outgoing call failed before it was answered: a final 3xx–6xx (3xx only when redirection is
   * exhausted), or no response at all (`status` 0, `error` says why).
   */
  | {
    type: "CallRejected";
    call: CallId;
    sipCallId: string;
    status: number;
    reason: string;
    /** From, as it was sent; absent when no INVITE was. */
    local?: PartyIdentity;
    /** Absent when no INVITE was sent. */
    transport?: TransportName;
    error: ErrorJson;
  }
  /** Our 2xx was acknowledged. A description is the answer to a delayed offer. */
  | { type: "CallConfirmed"; call: CallId; description?: MediaDescription }
  /** The caller gave up. `elsewhere`: another phone answered (RFC 3326 cause 200). */
  | { type: "CallCancelled"; call: CallId; elsewhere: boolean }
  /** The peer wants to change the media; null asks for an offer of ours. Answer or reject it. */
  | { type: "RemoteOffer"; call: CallId; offer: MediaDescription | null }
  | { type: "OfferAccepted"; call: CallId; description: MediaDescription }
  | { type: "OfferRejected"; call: CallId; status: number; reason: string }
  /**
   * The dialog is over. `remote`: the peer ended it, or it is lost (`error`: no ACK, session timer,
   * 481). `local`: the BYE that SendBye asked for is answered or has timed out.
   */
  | { type: "CallEnded"; call: CallId; by: Ender; reason: string; error?: ErrorJson }
  | { type: "ReferProgress"; call: CallId; status: number; reason: string }
  /** The peer transfers us: call `target`, under the call id `referral`. AnswerRefer must follow. */
  | {
    type: "ReferReceived";
    call: CallId;
    target: string;
    referral: CallId;
    /** For the INVITE. */
    referredBy?: string;
    replaces?: string;
  }
  /**
   * `there`: the peer answered, whatever it answered; `gone`: it has no such dialog (481, 408), or
   * nobody answered; `unknown`: the question could not be sent.
   */
  | {
    type: "DialogAnswered";
    call: CallId;
    verdict: "there" | "gone" | "unknown";
    reason: string;
  }
  | { type: "InfoDigit"; call: CallId; digit: string; durationMs: number }
  | { type: "InfoDigitTaken"; call: CallId; digit: string }
  | { type: "InfoDigitsSent"; call: CallId; digits: string }
  /** `digits` are those that are left, the refused one first; `status` 0: nothing was answered. */
  | {
    type: "InfoDigitsRefused";
    call: CallId;
    digits: string;
    durationMs: number;
    status: number;
    reason: string;
  }
  /** The account's collector wants no reports of calls: none is sent any more. */
  | { type: "QualityReportsRefused"; account: AccountId; status: number; reason: string }
  /** A response was taken without headers that nobody could read. */
  | {
    type: "ResponseMalformed";
    account: AccountId;
    /** Of the request. */
    method: string;
    status: number;
    /** Names. */
    headers: string[];
  }
  /** The account's server is reached from this address of ours, numeric; told when it is another. */
  | { type: "AddressChanged"; account: AccountId; address: string }
  /** The ways by which the account is reached besides its connection are these now. */
  | { type: "FlowsChanged"; account: AccountId; flows: KeptFlow[] }
  /** The peer of an answered call has an address for our sound that is not ours any more. */
  | { type: "CallAddressChanged"; call: CallId }
  /** The signalling connection of an account, for status; calls survive its loss. */
  | { type: "ConnectionChanged"; account: AccountId; connected: boolean; error?: ErrorJson };
