/**
 * What a station keeps and sees beside its calls, as plain JSON: history, contacts, sound devices,
 * SIP messages. And the port through which a phone gets at it.
 *
 *     method ─► LocalPhone ─► Providers (filled by src/station) ─► store, device host, SIP log
 */
import type { z } from "zod";
import type { AttachmentId } from "../../core/ports/mod.ts";
import type { CallView } from "../../core/state/mod.ts";
import type { HeadsetList } from "./headsets.ts";
import type { Health } from "./health.ts";
import type { NetworkLink } from "./network_link.ts";
import type { LevelSource, ProvidedMethod, StoreMethod } from "../wire/mod.ts";
import type { Methods } from "./phone.ts";
import type * as values from "./record_values.ts";

/** A call as the history has it. */
export type PastCall = z.infer<typeof values.pastCall>;
export type PastCallQuery = z.infer<typeof values.pastCallQuery>;
export type PastCallPage = z.infer<typeof values.pastCallPage>;

/** One number or URI of a contact. */
export type ContactAddress = z.infer<typeof values.contactAddress>;
export type Contact = z.infer<typeof values.contact>;
export type ContactHit = z.infer<typeof values.contactHit>;
export type ContactFilter = Omit<z.infer<typeof values.contactCardQuery>, "cursor">;
/** What a person says about a new contact. */
export type ContactDraft = z.infer<typeof values.contactDraft>;
/** A contact as it is imported; an empty id gets a new one. */
export type ContactCard = z.infer<typeof values.contactCard>;
export type ImportedContacts = z.infer<typeof values.importedContacts>;

export type SoundDevice = z.infer<typeof values.soundDevice>;
export type SoundDevices = z.infer<typeof values.soundDevices>;

/** One SIP message of a call's ladder. */
export type LadderMessage = z.infer<typeof values.ladderMessage>;

/** The part of a phone that the store is enough for. */
export interface Records {
  request<M extends StoreMethod>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"]>;
  close(): Promise<void>;
}

export interface HistoryProvider {
  list(query: PastCallQuery): PastCallPage;
}

export interface ContactsProvider {
  /** Favourites first, then by name. */
  list(filter: ContactFilter): Contact[];
  /** In the same order. */
  cards(filter: ContactFilter): Iterable<ContactCard>;
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

/** What is answered as it is asked: the method is the provider's. */
type Provided = {
  [M in ProvidedMethod]?: (
    params: Methods[M]["params"],
  ) => Methods[M]["result"] | Promise<Methods[M]["result"]>;
};

/** What a phone may have besides its calls; an absent one is an error to who asks for it. */
export interface Providers extends Provided {
  history?: HistoryProvider;
  contacts?: ContactsProvider;
  headsets?: HeadsetsProvider;
  /** Prepares an attachment to a call's sound; AttachAudio is commanded next. */
  attach?(attachment: AttachmentId, listener: AttachmentListener): AttachmentWire;
  levels?: LevelSource;
  /** Of a station; asking changes nothing. */
  health?(): Health;
  links?(): NetworkLink[];
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
