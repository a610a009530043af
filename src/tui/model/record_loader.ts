/**
 * What is read from the station besides the calls, and when: history after each call, contacts and
 * search as one types, devices and ladders when they are looked at.
 *
 * An answer that a later question has overtaken is dropped.
 */
import { OffhookError } from "../../base/mod.ts";
import type { MethodName, Methods, Phone, Sequenced } from "../../control/contract/mod.ts";
import { findHits } from "./search.ts";
import type { ViewName } from "./state.ts";
import type { ScreenStore } from "./screen_store.ts";

/** Newest calls that are shown and searched. */
const HISTORY = 200;
const CONTACTS = 200;
/** Newest calls whose names are looked up in the address book. */
const NAMED = 50;

export class RecordLoader {
  readonly #store: ScreenStore;
  readonly #phone: () => Phone | undefined;
  readonly #asked = new Map<string, number>();

  constructor(store: ScreenStore, phone: () => Phone | undefined) {
    this.#store = store;
    this.#phone = phone;
  }

  /** After joining a phone. */
  async begin(): Promise<void> {
    for (const { view } of this.#store.get().phone.calls) void this.#name(view.remote.uri);
    await Promise.all([this.history(), this.contacts(), this.#sound()]);
  }

  /** Keeps up with the calls. */
  take(event: Sequenced): void {
    if (event.type === "call.dialling" || event.type === "call.incoming") {
      // There may be sound by now; who answers is to be told the truth.
      const { devices } = this.#store.get().records;
      if (event.type === "call.incoming" && devices?.missing !== undefined) void this.#sound();
      void this.#name(event.call.remote.uri);
      void this.history();
    } else if (event.type === "call.ended") void this.history();
    else if (event.type === "headset" && this.#store.get().screen.view === "devices") {
      void this.devices();
    }
  }

  /** The address book was changed from here: so may be the names of who is on the line or was. */
  async contactsChanged(): Promise<void> {
    const { records, phone } = this.#store.get();
    const shown = [...records.names.keys(), ...phone.calls.map(({ view }) => view.remote.uri)];
    await Promise.all([this.contacts(), ...[...new Set(shown)].map((uri) => this.#lookUp(uri))]);
  }

  async refresh(): Promise<void> {
    await Promise.all([this.history(), this.contacts(), this.devices()]);
  }

  /** A view came to the front. */
  async entered(view: ViewName): Promise<void> {
    if (view === "devices") await this.devices();
    if (view === "contacts") await this.contacts();
  }

  async history(): Promise<void> {
    const { found, error } = await this.#ask("history", { limit: HISTORY });
    if (error !== undefined) {
      this.#store.dispatch({ type: "records", records: { historyError: error } });
    }
    if (found !== undefined) {
      this.#store.dispatch({ type: "records", records: { history: found.records } });
      const recent = found.records.slice(0, NAMED).map(({ remote }) => remote.uri);
      await Promise.all([...new Set(recent)].map((uri) => this.#name(uri)));
    }
  }

  /** The contacts that fit the field, or all. */
  async contacts(): Promise<void> {
    const { screen } = this.#store.get();
    const query = screen.purpose === "dial" ? screen.field : "";
    const { found, error } = await this.#ask("contacts.search", { query, limit: CONTACTS });
    if (error !== undefined) {
      this.#store.dispatch({ type: "records", records: { contactsError: error } });
    }
    if (found !== undefined) {
      this.#store.dispatch({ type: "records", records: { contacts: found.hits } });
    }
  }

  /** Who fits what is typed. */
  async search(text: string): Promise<void> {
    if (text === "") {
      this.#asked.set("contacts.search", (this.#asked.get("contacts.search") ?? 0) + 1);
      this.#store.dispatch({ type: "records", records: { hits: [] } });
      return await this.contacts();
    }
    // What is known here already is shown at once; contacts follow.
    this.#showHits(text);
    await this.contacts();
    if (this.#store.get().screen.field === text) this.#showHits(text);
  }

  async devices(): Promise<void> {
    // A station without headsets says so with an error: then what events told is shown.
    const listed = await this.#ask("headsets", {});
    if (listed.found !== undefined) {
      const { headsets, on } = listed.found;
      this.#store.dispatch({ type: "records", records: { headsets: { headsets, on } } });
    }
    await this.#sound();
  }

  async #sound(): Promise<void> {
    const { found, error } = await this.#ask("devices", {});
    if (error !== undefined) {
      this.#store.dispatch({ type: "records", records: { devicesError: error } });
    }
    if (found !== undefined) {
      this.#store.dispatch({ type: "records", records: { devices: found } });
    }
  }

  async ladder(call: string): Promise<void> {
    const { phone, records } = this.#store.get();
    const live = phone.calls.find(({ view }) => view.id === call)?.view.sipCallId;
    const ended = phone.ended.find(({ record }) => record.id === call)?.record.sipCallId;
    const past = records.history.find(({ id }) => id === call)?.sipCallId ?? undefined;
    const sipCallId = live ?? ended ?? past;
    if (sipCallId === undefined) return;
    const { found } = await this.#ask("ladder", { sipCallId });
    if (found === undefined) return;
    this.#store.dispatch({
      type: "records",
      records: { ladder: { sipCallId, messages: found.messages } },
    });
  }

  closeLadder(): void {
    const { records } = this.#store.get();
    if (records.ladder === undefined) return;
    this.#store.dispatch({ type: "records", records: { ladder: undefined } as never });
  }

  #showHits(text: string): void {
    const { records, screen } = this.#store.get();
    const contacts = screen.field === text ? records.contacts : [];
    const hits = findHits(text, contacts, records.history);
    this.#store.dispatch({ type: "records", records: { hits } });
  }

  async #name(uri: string): Promise<void> {
    if (!this.#store.get().records.names.has(uri)) await this.#lookUp(uri);
  }

  /** Who has no name there is remembered with an empty one. */
  async #lookUp(uri: string): Promise<void> {
    const phone = this.#phone();
    const found = await phone?.request("contacts.lookUp", { uri }).catch(() => undefined);
    if (found === undefined) return;
    const name = found.contact?.name ?? "";
    if (name === this.#store.get().records.names.get(uri)) return;
    this.#store.dispatch({ type: "name", uri, name });
  }

  async #ask<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<{ found?: Methods[M]["result"]; error?: ReturnType<OffhookError["toJSON"]> }> {
    const phone = this.#phone();
    if (phone === undefined) return {};
    const question = (this.#asked.get(method) ?? 0) + 1;
    this.#asked.set(method, question);
    try {
      const found = await phone.request(method, params);
      return this.#asked.get(method) === question ? { found } : {};
    } catch (error) {
      return { error: OffhookError.from(error).toJSON() };
    }
  }
}
