/** The part of a connection to the device host about contacts: keys and GPIO lines. */
import { OffhookError } from "../../base/mod.ts";
import type { ContactMessage, ContactRequests, ContactSource } from "../wire/mod.ts";

export type { ContactSource };

export interface ContactListener {
  changed(active: boolean): void;
  /** It, or the host, is gone. The last event; never after `close`. */
  failed(error: OffhookError): void;
}

export interface OpenContact {
  /** Its level when it was opened. */
  readonly active: boolean;
  /** Never rejects. */
  close(): Promise<void>;
}

type RequestFunction = <T extends keyof ContactRequests>(
  type: T,
  params: ContactRequests[T]["params"],
) => Promise<ContactRequests[T]["result"]>;

export class ContactConnection {
  readonly #request: RequestFunction;
  readonly #contacts = new Map<number, ContactListener>();
  #next = 0;

  constructor(request: RequestFunction) {
    this.#request = request;
  }

  /** @throws OffhookError `device-not-found`, `device-failed` (see ContactBackend.open) */
  async open(source: ContactSource, listener: ContactListener): Promise<OpenContact> {
    const contact = this.#next++ & 0xffff;
    this.#contacts.set(contact, listener);
    try {
      const { active } = await this.#request("open-contact", { contact, source });
      return {
        active,
        close: async () => {
          if (this.#contacts.delete(contact)) {
            await this.#request("close-contact", { contact }).catch(() => {});
          }
        },
      };
    } catch (error) {
      this.#contacts.delete(contact);
      throw error;
    }
  }

  takeMessage(message: ContactMessage): void {
    const listener = this.#contacts.get(message.contact);
    if (message.type === "contact-changed") return listener?.changed(message.active);
    this.#contacts.delete(message.contact);
    listener?.failed(OffhookError.fromJSON(message.error));
  }

  /** The connection is gone. */
  end(error: OffhookError): void {
    const listeners = [...this.#contacts.values()];
    this.#contacts.clear();
    for (const listener of listeners) listener.failed(error);
  }

  /** The connection is closed by us: nobody is told. */
  forget(): void {
    this.#contacts.clear();
  }
}
