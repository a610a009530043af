/**
 * Actions on the address book. All of them can be taken back.
 *
 *     add: who is typed, chosen or on the line ─► kept ─► its name in the field, to be mended
 *     rename: the chosen contact's name in the field ─ Enter ─► kept
 */
import type { Contact } from "../../control/contract/records.ts";
import type { ActionName } from "../keys/actions.ts";
import type { Controller } from "./controller.ts";
import { keepable } from "../model/keepable.ts";
import { chosenIndex } from "../model/state.ts";
import { shortAddress } from "../look/text.ts";

export class ContactActions {
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /** @returns false when it is no action on contacts */
  perform(name: ActionName): boolean {
    switch (name) {
      case "favourite":
        void this.#favourite();
        return true;
      case "addContact":
        void this.#addAndName();
        return true;
      case "renameContact":
        this.beginRename(this.#chosen());
        return true;
      case "removeContact":
        this.#controller.open({ name: "confirm", about: "remove-contact" });
        return true;
      default:
        return false;
    }
  }

  /** The name in the field is the contact's from now on. */
  async rename(): Promise<void> {
    const { store } = this.#controller;
    const { purpose, field } = store.get().screen;
    const name = field.trim();
    if (typeof purpose !== "object" || name === "") return;
    const { id, name: before } = purpose.rename;
    if (name !== before && !await this.#update(id, { name }, { name: before })) return;
    store.dispatch({ type: "purpose", purpose: "dial" });
    await this.#controller.records.contactsChanged();
    this.#show(id);
    if (name !== before) this.#controller.say("contacts.renamed", { name, before }, "good");
  }

  /** Keeps {@link keepable}. @param called a name other than it has */
  async add(called?: string): Promise<Contact | undefined> {
    const controller = this.#controller;
    const who = keepable(controller.store.get());
    if (who === undefined) {
      controller.say("hint.because", { why: controller.words.t("why.nobody-to-add") }, "warn");
      return undefined;
    }
    const name = called ?? who.displayName ?? shortAddress(who.uri);
    const added = await controller.ask("contacts.add", { name, addresses: [{ value: who.uri }] });
    if (added === undefined) return undefined;
    const { contact } = added;
    controller.undoable({ kind: "contact-added", id: contact.id });
    await controller.records.contactsChanged();
    controller.say("contacts.added", { name: contact.name, undo: this.#undoKey() }, "good");
    return contact;
  }

  removeChosen(): void {
    const contact = this.#chosen();
    if (contact !== undefined) void this.remove(contact);
  }

  async remove(contact: Contact): Promise<void> {
    const controller = this.#controller;
    if (await controller.ask("contacts.remove", { id: contact.id }) === undefined) return;
    controller.undoable({ kind: "contact-removed", contact });
    await controller.records.contactsChanged();
    controller.say("contacts.removed", { name: contact.name, undo: this.#undoKey() });
  }

  /** Its name comes into the field. */
  beginRename(contact: Contact | undefined): void {
    if (contact === undefined) return;
    this.#controller.store.dispatch({ type: "purpose", purpose: { rename: contact } });
  }

  #chosen(): Contact | undefined {
    const state = this.#controller.store.get();
    return state.records.contacts[chosenIndex(state)]?.contact;
  }

  async #addAndName(): Promise<void> {
    const contact = await this.add();
    if (contact === undefined) return;
    this.beginRename(contact);
    this.#show(contact.id);
  }

  async #favourite(): Promise<void> {
    const contact = this.#chosen();
    if (contact === undefined) return;
    const { id, favourite } = contact;
    if (!await this.#update(id, { favourite: !favourite }, { favourite })) return;
    await this.#controller.records.contactsChanged();
    this.#show(id);
  }

  async #update(
    id: string,
    changes: { name?: string; favourite?: boolean },
    back: { name?: string; favourite?: boolean },
  ): Promise<boolean> {
    const done = await this.#controller.ask("contacts.update", { id, changes });
    if (done !== undefined) {
      this.#controller.undoable({ kind: "contact-changed", id, changes: back });
    }
    return done !== undefined;
  }

  /** Keeps the cursor on a contact that moved in the list. */
  #show(id: string): void {
    const { store } = this.#controller;
    const { records, screen } = store.get();
    const to = records.contacts.findIndex(({ contact }) => contact.id === id);
    if (to >= 0 && screen.view === "contacts") store.dispatch({ type: "move", to });
  }

  #undoKey(): string {
    return this.#controller.keyOf("undo");
  }
}
