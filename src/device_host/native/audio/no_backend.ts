/** The backend of a machine without a sound library: no devices, and every opening says why. */
import type { OffhookError } from "../../../base/mod.ts";
import type { AudioBackend } from "./backend.ts";
import type { AudioDevice } from "../../wire/mod.ts";

export class NoBackend implements AudioBackend {
  readonly name = "none";
  readonly reason: OffhookError;

  /** @param reason why there is none, with what to install */
  constructor(reason: OffhookError) {
    this.reason = reason;
  }

  listDevices(): Promise<AudioDevice[]> {
    return Promise.reject(this.reason);
  }

  openStream(): Promise<never> {
    return Promise.reject(this.reason);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
