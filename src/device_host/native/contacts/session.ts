/** The contacts of one client: opened by its numbers, closed with it. */
import { OffhookError } from "../../../base/mod.ts";
import type { ContactBackend, OpenedContact } from "./backend.ts";
import type { ContactMessage, ContactRequest } from "../../wire/mod.ts";

export class ContactSession {
  readonly #backend: ContactBackend;
  readonly #send: (message: ContactMessage) => void;
  readonly #open = new Map<number, OpenedContact>();

  constructor(backend: ContactBackend, send: (message: ContactMessage) => void) {
    this.#backend = backend;
    this.#send = send;
  }

  /** @throws OffhookError what the reply says */
  perform(request: ContactRequest): unknown {
    const { contact } = request;
    if (request.type === "close-contact") {
      this.#open.get(contact)?.close();
      this.#open.delete(contact);
      return {};
    }
    if (this.#open.has(contact)) {
      throw new OffhookError("internal", `The contact ${contact} is open already`);
    }
    const opened = this.#backend.open(request.source, {
      changed: (active) => this.#send({ type: "contact-changed", contact, active }),
      failed: (reason) => {
        this.#open.delete(contact);
        const error = new OffhookError("device-failed", `A contact failed: ${reason}`);
        this.#send({ type: "contact-failed", contact, error: error.toJSON() });
      },
    });
    this.#open.set(contact, opened);
    return { active: opened.active };
  }

  close(): void {
    for (const contact of this.#open.values()) contact.close();
    this.#open.clear();
  }
}
