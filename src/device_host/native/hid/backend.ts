/**
 * The port between the device host and a HID library. `node_hid_backend.ts` is the real one; it can
 * be replaced without anybody else noticing.
 */
import type { HidDevice } from "../../wire/mod.ts";

export interface HidEvents {
  /** An input report, the id first where the device numbers its reports. */
  report(bytes: Uint8Array): void;
  /** The device is gone; the last event. `close` may still be called. */
  failed(reason: string): void;
}

export interface OpenedHid {
  /** Writes one whole output report, the id (or 0) first. @throws when the device does not take it */
  write(report: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface HidBackend {
  /** @throws OffhookError `device-failed` when there is no HID library for this system */
  list(): Promise<HidDevice[]>;
  /**
   * Calls `changed` soon after something may have been plugged, until the result is called, which
   * settles when the watch is over; undefined where the system does not tell. The host looks from time to time all the same.
   */
  watch?(changed: () => void): (() => Promise<void>) | undefined;
  /**
   * @param feature what is written are feature reports
   * @throws OffhookError `device-not-found` when it is not there, `device-failed` with
   *   `data.reason` `permission-denied` and a hint when it may not be opened, else without
   */
  open(path: string, events: HidEvents, feature: boolean): Promise<OpenedHid>;
}
