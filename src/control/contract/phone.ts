/**
 * The control API: everything that a face can do, as methods with plain JSON values.
 *
 *     tui, cli ──► Phone ──► core (in process, or over a socket: the same interface)
 *
 * A face never goes round it. Every response names the `seq` that it reached, every event carries
 * one; a subscription begins with a snapshot, so that nothing is missed between the two.
 */
import type { AccountId, ExtraHeader, Party } from "../../core/account/account.ts";
import type { AccountView } from "../../core/account/account_view.ts";
import type { CallLimits, CallRecord, CallView } from "../../core/state/call.ts";
import type { AudioEndpoints, Microphone, Speaker } from "../../core/ports/media_port.ts";
import type { CallId } from "../../core/ports/sip_port.ts";
import type { PhoneEvent } from "../../core/state/events.ts";
import type { VolumeWish } from "../../core/media/volume.ts";
import type { AudioListener, AudioParams, CallAudio } from "./call_audio.ts";
import type { HeadsetList } from "./headsets.ts";
import type { Health } from "./health.ts";
import type { LevelListener } from "./levels.ts";
import type {
  Contact,
  ContactCard,
  ContactDraft,
  ContactHit,
  ImportedContacts,
  LadderMessage,
  PastCallPage,
  PastCallQuery,
  SoundDevices,
} from "./records.ts";

export interface Snapshot {
  accounts: AccountView[];
  calls: CallView[];
  doNotDisturb: boolean;
  /** Of what is heard, dB. */
  volume: number;
  /** Of a station. */
  health?: Health;
}

/** Methods: what goes in, and what comes out. */
export interface Methods {
  status: { params: Record<string, never>; result: Snapshot };
  register: { params: { account: AccountId }; result: Record<string, never> };
  unregister: { params: { account: AccountId }; result: Record<string, never> };
  dial: {
    params: {
      /** Absent: the default account; `direct` calls a full URI without any account. */
      account?: AccountId;
      /** SIP, SIPS or TEL URI; or a number or name of the account's server, by its dial plan. */
      target: string;
      endpoints?: AudioEndpoints;
      codecs?: string[];
      from?: Party;
      headers?: ExtraHeader[];
      limits?: CallLimits;
      /** The call is hung up when the connection that asked for it is gone. */
      bound?: boolean;
    };
    result: { call: CallId };
  };
  answer: {
    params: {
      call: CallId;
      endpoints?: AudioEndpoints;
      codecs?: string[];
      /** Who answers, when that is another than the one who was called. */
      from?: Party;
      headers?: ExtraHeader[];
      limits?: CallLimits;
      /** As of `dial`. */
      bound?: boolean;
    };
    result: Record<string, never>;
  };
  reject: {
    params: {
      call: CallId;
      status?: number;
      reason?: string;
      /** Where the caller shall call instead: for a status of 300 to 399, and needed there. */
      target?: string;
      headers?: ExtraHeader[];
    };
    result: Record<string, never>;
  };
  hangup: { params: { call: CallId }; result: Record<string, never> };
  hold: { params: { call: CallId }; result: Record<string, never> };
  resume: { params: { call: CallId }; result: Record<string, never> };
  swap: { params: Record<string, never>; result: Record<string, never> };
  mute: { params: { call: CallId; muted: boolean }; result: Record<string, never> };
  dtmf: {
    params: { call: CallId; digits: string; /** 100 by default. */ durationMs?: number };
    result: Record<string, never>;
  };
  transfer: { params: { call: CallId; target: string }; result: Record<string, never> };
  doNotDisturb: { params: { on: boolean }; result: Record<string, never> };
  /** Yes or no to a transfer that `transferAsked` of a call names. */
  answerTransfer: {
    params: { call: CallId; follow: boolean };
    result: Record<string, never>;
  };
  /** Of what is heard, in every call; the result is what it is now. */
  volume: { params: { volume: VolumeWish }; result: { volume: number } };
  earlyMedia: {
    params: { call: CallId; endpoints?: AudioEndpoints };
    result: Record<string, never>;
  };
  record: {
    params: {
      call: CallId;
      /** `start` and `stop` are answered when the file is open, and when it is complete. */
      action: "start" | "stop" | "pause" | "resume";
      /** Of `start`: absolute; absent: a name of its own in the station's data folder. */
      path?: string;
    };
    result: { path: string };
  };
  /** Answered when what was named is in use. */
  useDevices: {
    params: { call: CallId; microphone?: Microphone; speaker?: Speaker };
    result: Record<string, never>;
  };
  history: { params: PastCallQuery; result: PastCallPage };
  "contacts.search": {
    params: { /** Empty: every contact, favourites first. */ query: string; limit?: number };
    result: { hits: ContactHit[] };
  };
  "contacts.lookUp": { params: { uri: string }; result: { contact?: Contact } };
  "contacts.add": { params: ContactDraft; result: { contact: Contact } };
  "contacts.update": {
    params: { id: string; changes: ContactDraft };
    result: { contact: Contact };
  };
  "contacts.remove": {
    params: { id: string };
    result: {
      removed: boolean; /** What it was: `contacts.import` brings it back. */
      card?: ContactCard;
    };
  };
  "contacts.import": { params: { cards: ContactCard[] }; result: ImportedContacts };
  devices: { params: Record<string, never>; result: SoundDevices };
  headsets: { params: Record<string, never>; result: HeadsetList };
  "headsets.use": { params: { on: boolean }; result: Record<string, never> };
  ladder: {
    params: { /** SIP Call-ID, of a live call or one of the history. */ sipCallId: string };
    result: { messages: LadderMessage[] };
  };
}

export type MethodName = keyof Methods;

/** Events between the last one delivered and this one were dropped: read `status` again. */
export interface Lagged {
  type: "lagged";
  /** How many were dropped, at least. */
  dropped: number;
}

/** An event with its place in the order of all events. */
export type Sequenced = (PhoneEvent | Lagged) & {
  seq: number; /** ms since the epoch. */
  at: number;
};

export interface SubscribeOptions {
  /** Deliver what came after this event first, as far as it is still remembered. */
  since?: number;
}

export interface Subscription {
  snapshot: Snapshot;
  /** The events after this one are delivered. */
  seq: number;
  close(): void;
}

/** One phone, local or remote. */
export interface Phone {
  /** @throws OffhookError as the method's command does; nothing changes then */
  request<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] & { seq: number }>;
  /** Events arrive in the order of their `seq`, after the snapshot. */
  subscribe(
    listener: (event: Sequenced) => void,
    options?: SubscribeOptions,
  ): Promise<Subscription>;
  /**
   * A program joins a call's sound.
   * @throws OffhookError `no-such-call`, `invalid-state`, `usage`, `station-refused`
   */
  audio(params: AudioParams, listener: AudioListener): Promise<CallAudio>;
  /**
   * Level meters of every call with sound, about ten times a second, until it is stopped. They are
   * no events: what comes late is not sent, and a phone without sound tells none.
   * @returns stops them
   * @throws OffhookError `station-refused` from a station that knows no meters
   */
  levels(listener: LevelListener): Promise<() => void>;
  /** Ends every call, un-registers, releases everything; bounded in time. */
  close(): Promise<void>;
}

export type { CallRecord, CallView };
