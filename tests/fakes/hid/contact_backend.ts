/** Contacts that a test closes and opens. */
import { OffhookError } from "../../../src/base/errors.ts";
import type {
  ContactBackend,
  ContactEvents,
  OpenedContact,
} from "../../../src/device_host/native/contacts/backend.ts";
import type { ContactSource } from "../../../src/device_host/wire/contacts.ts";

/** `key CODE` or `gpio LINE`. */
const nameOf = (source: ContactSource) =>
  source.kind === "key" ? `key ${source.code}` : `gpio ${source.line}`;

export class FakeContacts implements ContactBackend {
  readonly levels = new Map<string, boolean>();
  readonly listeners = new Map<string, ContactEvents>();
  readonly sources: ContactSource[] = [];

  /** There is such a contact now. */
  wire(name: string, active = false): void {
    this.levels.set(name, active);
  }

  set(name: string, active: boolean): void {
    this.levels.set(name, active);
    this.listeners.get(name)?.changed(active);
  }

  cut(name: string): void {
    this.levels.delete(name);
    this.listeners.get(name)?.failed("unplugged");
    this.listeners.delete(name);
  }

  open(source: ContactSource, events: ContactEvents): OpenedContact {
    const name = nameOf(source);
    const active = this.levels.get(name);
    if (active === undefined) throw new OffhookError("device-not-found", `There is no ${name}.`);
    this.sources.push(source);
    this.listeners.set(name, events);
    return { active, close: () => void this.listeners.delete(name) };
  }
}
