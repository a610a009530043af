/**
 * Actions on the address book. All of them can be taken back.
 *
 *     add: who is typed, chosen or on the line ─► kept ─► its name in the field, to be mended
 *     rename: the chosen contact's name in the field ─ Enter ─► kept
 */
import type { Contact } from "../../control/contract/mod.ts";
import type { Action, Desk } from "./action.ts";
import {
  type ActionName,
  type AppState,
  chosenContact,
  keepable,
  listLength,
  lost,
  numbersOf,
} from "../model/mod.ts";
import { shortAddress, type StringKey } from "../look/mod.ts";

const inContacts = (order: number) => ({ screen }: AppState) =>
  screen.view === "contacts" && screen.purpose === "dial" ? order : undefined;

function contactChosen(state: AppState): StringKey | undefined {
  if (state.screen.view !== "contacts") return "why.not-here";
  return listLength(state) === 0 ? "why.no-contact" : lost(state);
}

const hasOthers = (state: AppState) =>
  state.screen.view === "contacts" && numbersOf(chosenContact(state)).length > 1;

export const CONTACT_ACTIONS = {
  otherNumber: {
    group: "dialling",
    keys: { main: ["right"] },
    does: "action.otherNumber",
    disabled: (state) => hasOthers(state) ? undefined : "why.one-number",
    hint: (state) => hasOthers(state) ? 1.5 : undefined,
    run: (desk) => desk.store.dispatch({ type: "otherNumber" }),
  },
  favourite: {
    group: "dialling",
    keys: { idle: ["ctrl+f"] },
    does: "action.favourite",
    disabled: contactChosen,
    hint: inContacts(6),
    run: favourite,
  },
  addContact: {
    group: "dialling",
    keys: { main: ["ctrl+t"] },
    does: "action.addContact",
    disabled: (state) =>
      lost(state) ?? (keepable(state) === undefined ? "why.nobody-to-add" : undefined),
    hint: ({ screen }) => screen.view === "history" && screen.purpose === "dial" ? 6 : undefined,
    run: async (desk) => {
      const contact = await addContact(desk);
      if (contact === undefined) return;
      beginRename(desk, contact);
      show(desk, contact.id);
    },
  },
  renameContact: {
    group: "dialling",
    keys: { idle: ["ctrl+e"] },
    does: "action.renameContact",
    disabled: contactChosen,
    hint: inContacts(6.1),
    run: (desk, state) => beginRename(desk, chosenContact(state)),
  },
  removeContact: {
    group: "dialling",
    keys: { idle: ["ctrl+d"] },
    does: "action.removeContact",
    harms: true,
    disabled: contactChosen,
    hint: inContacts(6.2),
    run: (desk, state) => {
      const contact = chosenContact(state);
      if (contact === undefined) return;
      desk.open({ name: "confirm", about: "remove-contact", contact });
    },
  },
} satisfies Partial<Record<ActionName, Action>>;

/** The name in the field is the contact's from now on. */
export async function renameContact(desk: Desk): Promise<void> {
  const { purpose, field } = desk.store.get().screen;
  const name = field.trim();
  if (typeof purpose !== "object" || name === "") return;
  const { id, name: before } = purpose.rename;
  if (name !== before && !await update(desk, id, { name }, { name: before })) return;
  desk.store.dispatch({ type: "purpose", purpose: "dial" });
  await desk.records.contactsChanged();
  show(desk, id);
  if (name !== before) desk.say("contacts.renamed", { name, before }, "good");
}

/** Keeps {@link keepable}. @param called a name other than it has */
export async function addContact(desk: Desk, called?: string): Promise<Contact | undefined> {
  const who = keepable(desk.store.get());
  if (who === undefined) {
    desk.say("hint.because", { why: desk.words.t("why.nobody-to-add") }, "warn");
    return undefined;
  }
  const name = called ?? who.displayName ?? shortAddress(who.uri);
  const added = await desk.ask("contacts.add", { name, addresses: [{ value: who.uri }] });
  if (added === undefined) return undefined;
  const { contact } = added;
  desk.undoable({ kind: "contact-added", id: contact.id });
  await desk.records.contactsChanged();
  desk.say("contacts.added", { name: contact.name, undo: desk.keyOf("undo") }, "good");
  return contact;
}

export async function removeContact(desk: Desk, { id, name }: Contact): Promise<void> {
  const done = await desk.ask("contacts.remove", { id });
  if (done === undefined) return;
  if (done.card !== undefined) desk.undoable({ kind: "contact-removed", card: done.card });
  await desk.records.contactsChanged();
  desk.say("contacts.removed", { name, undo: desk.keyOf("undo") });
}

/** Its name comes into the field. */
export function beginRename(desk: Desk, contact: Contact | undefined): void {
  if (contact === undefined) return;
  desk.store.dispatch({ type: "purpose", purpose: { rename: contact } });
}

async function favourite(desk: Desk, state: AppState): Promise<void> {
  const contact = chosenContact(state);
  if (contact === undefined) return;
  const { id, favourite } = contact;
  if (!await update(desk, id, { favourite: !favourite }, { favourite })) return;
  await desk.records.contactsChanged();
  show(desk, id);
}

type Change = { name?: string; favourite?: boolean };

async function update(desk: Desk, id: string, changes: Change, back: Change): Promise<boolean> {
  const done = await desk.ask("contacts.update", { id, changes });
  if (done !== undefined) desk.undoable({ kind: "contact-changed", id, changes: back });
  return done !== undefined;
}

/** Keeps the cursor on a contact that moved in the list. */
function show(desk: Desk, id: string): void {
  const { records, screen } = desk.store.get();
  const to = records.contacts.findIndex(({ contact }) => contact.id === id);
  if (to >= 0 && screen.view === "contacts") desk.store.dispatch({ type: "move", to });
}
