/** What the device host needs of the system for contacts. */
import type { ContactSource } from "../../wire/mod.ts";

export interface ContactEvents {
  changed(active: boolean): void;
  /** It is gone; the last event. */
  failed(reason: string): void;
}

export interface OpenedContact {
  /** Its level when it was opened. */
  active: boolean;
  close(): void;
}

export interface ContactBackend {
  /**
   * @throws OffhookError `device-not-found` when it is not there, `device-failed` when it may not be
   *   opened (`data.reason` `permission-denied`) or is taken
   */
  open(source: ContactSource, events: ContactEvents): OpenedContact;
}
