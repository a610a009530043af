/**
 * What a station keeps and sees beside its calls, as plain JSON: history, contacts, sound devices,
 * SIP messages. And the port through which a phone gets at it.
 *
 *     method ─► LocalPhone ─► Providers (filled by src/station) ─► store, device host, SIP log
 *
 * Not on the real-time path.
 */
import type { AccountId, Party, TransportName } from "../../core/account/account.ts";
import type { CallView } from "../../core/state/call.ts";
import type { Outcome } from "../../core/state/outcome.ts";
import type { ErrorJson } from "../../base/errors.ts";
import type { AttachmentId } from "../../core/ports/media_port.ts";
import type { CallId } from "../../core/ports/sip_port.ts";
import type { HeadsetList } from "./headsets.ts";
import type { Health } from "./health.ts";
import type { LevelSource } from "./levels.ts";

/** A call as the history has it. */
export interface PastCall {
  id: CallId;
  sipCallId: string | null;
  account: AccountId;
  direction: "outgoing" | "incoming";
  remote: Party;
  /** Null: the call is live. */
  outcome: Outcome | null;
  /** Final SIP status; 0 when there was none. */
  sipStatus: number;
  reason: string;
  /** ms since the epoch, as the other times. */
  startedAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  codec: string | null;
  quality: {
    sent: number;
    received: number;
    lost: number;
    jitterMs: number;
    /** 1–5; null: not measured. */
    mos: number | null;
  } | null;
  recording: string | null;
  endedBy: "local" | "remote" | "none";
}

/** All given conditions hold together. */
export interface PastCallQuery {
  direction?: PastCall["direction"];
  missed?: boolean;
  /** ms since the epoch; started at this time or later. */
  since?: number;
  /** Part of the remote's name, URI or number. */
  remote?: string;
  /** Default 50, at most 1000. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface PastCallPage {
  /** Newest first. */
  records: PastCall[];
  /** Null: this was the last page. */
  next: string | null;
}

/** One number or URI of a contact. */
export interface ContactAddress {
  value: string;
  labels: string[];
  preferred: boolean;
}

export interface Contact {
  id: string;
  name: string;
  givenName: string;
  familyName: string;
  organisation: string;
  addresses: ContactAddress[];
  groups: string[];
  note: string;
  favourite: boolean;
}

export interface ContactHit {
  contact: Contact;
  /** The address that matched, else the one to call by default. */
  address?: ContactAddress;
  /** 1–1000, whole: how well it fits. */
  score: number;
}

/** What a person says about a new contact. */
export interface ContactDraft {
  name?: string;
  addresses?: { value: string; labels?: string[]; preferred?: boolean }[];
  organisation?: string;
  note?: string;
  favourite?: boolean;
}

/** A contact as it is imported: with what only other programs understand. */
export interface ContactCard {
  /** An empty id gets a new one. */
  contact: Contact;
  /** Unfolded vCard content lines (RFC 6350 §3.3), kept for the next export. */
  extra: string[];
}

/** What an import did, by the ids in the store. */
export interface ImportedContacts {
  added: string[];
  /** Joined with a contact that was there. */
  merged: string[];
  /** Were there already, with everything. */
  unchanged: string[];
}

export interface SoundDevice {
  id: string;
  name: string;
  hostApi: string;
  inputChannels: number;
  outputChannels: number;
  defaultInput: boolean;
  defaultOutput: boolean;
  /** Hz. */
  sampleRate: number;
}

export interface SoundDevices {
  backend: string;
  devices: SoundDevice[];
  /** Why no sound card can be had at all. */
  unavailable?: ErrorJson;
  /** Why a call that is answered now would have no sound. */
  missing?: ErrorJson;
}

/** One SIP message of a call's ladder; credentials are taken out. */
export interface LadderMessage {
  /** ms since the epoch. */
  at: number;
  direction: "in" | "out";
  transport: TransportName;
  /** `host:port` of the other side. */
  peer: string;
  /** `INVITE`, `200 OK`. */
  summary: string;
  /** `1 INVITE`. */
  cseq: string;
  /** The whole message, fit for a terminal. */
  text: string;
}

export interface HistoryProvider {
  list(query: PastCallQuery): PastCallPage;
}

export interface ContactsProvider {
  search(query: string, options: { limit?: number }): ContactHit[];
  lookUp(uri: string): { contact: Contact } | undefined;
  add(draft: ContactDraft): Contact;
  update(id: string, changes: ContactDraft): Contact;
  remove(id: string): boolean;
  /** With everything that is kept of it: an import of this brings a removed contact back. */
  card(id: string): ContactCard | undefined;
  /** All of them, or on an error none. */
  import(cards: ContactCard[]): ImportedContacts;
}

export interface HeadsetsProvider {
  list(): HeadsetList;
  /** Uses headsets, or leaves them to other programs. */
  use(on: boolean): Promise<void>;
}

/** What a phone may have besides its calls; an absent one is an error to who asks for it. */
export interface Providers {
  history?: HistoryProvider;
  contacts?: ContactsProvider;
  devices?(): Promise<SoundDevices>;
  headsets?: HeadsetsProvider;
  /** Messages of the dialog with this Call-ID, oldest first, as far as they are remembered. */
  ladder?(sipCallId: string): LadderMessage[];
  /** Prepares an attachment to a call's sound; AttachAudio is commanded next. */
  attach?(attachment: AttachmentId, listener: AttachmentListener): AttachmentWire;
  levels?: LevelSource;
  /** Of a station; asking changes nothing. */
  health?(): Health;
  /** Where a recording of this call is to be when nobody says; its folder exists. */
  recordingPath?(call: CallView): string;
}

/** What an attachment tells; see `src/media/attachment/attached_audio.ts`. */
export interface AttachmentListener {
  heard(samples: Int16Array): void;
  room(samples: number): void;
  ended(losses: { heard: number }): void;
}

export interface AttachmentWire {
  say(samples: Int16Array): void;
  /** Ends what was never attached. */
  end(): void;
}
