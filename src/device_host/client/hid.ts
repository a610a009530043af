/**
 * The HID part of a connection to the device host: what is plugged in, and open handles.
 *
 *     watch(changed) ─► devices … changed(devices)
 *     open(path, farewell, events) ─► write … close     └─ unplugged, or the host died: failed
 */
import { OffhookError } from "../../base/mod.ts";
import type { HidDevice, HidList, HidMessage, HidRequests } from "../wire/mod.ts";

export interface HidHandleEvents {
  /** @param bytes belongs to the receiver */
  report(bytes: Uint8Array): void;
  /** The device, or the host, is gone. The last event; never after `close`. */
  failed(error: OffhookError): void;
}

export interface HidHandle {
  /** One whole output report. @throws OffhookError `device-failed` */
  write(report: Uint8Array): Promise<void>;
  /** The host writes the farewell reports. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface HidWatcher {
  changed(devices: HidDevice[]): void;
  /** The system slept: what the lamps show is not known. */
  resumed(): void;
}

type RequestFunction = <T extends keyof HidRequests>(
  type: T,
  params: HidRequests[T]["params"],
) => Promise<HidRequests[T]["result"]>;

export class HidConnection {
  readonly #request: RequestFunction;
  readonly #handles = new Map<number, HidHandleEvents>();
  #watcher: HidWatcher | undefined;
  #next = 0;

  constructor(request: RequestFunction) {
    this.#request = request;
  }

  /** @throws OffhookError `device-failed` when the host is gone */
  list(): Promise<HidList> {
    return this.#request("list-hid", {});
  }

  /** @throws OffhookError `device-failed` when the host is gone */
  watch(watcher: HidWatcher): Promise<HidList> {
    this.#watcher = watcher;
    return this.#request("watch-hid", {});
  }

  /**
   * @param farewell reports that the host writes when the handle closes or we are gone
   * @param options `feature`: all that is written are feature reports
   * @throws OffhookError `device-not-found`, `device-failed` (see HidBackend.open)
   */
  async open(
    path: string,
    farewell: readonly Uint8Array[],
    events: HidHandleEvents,
    { feature = false }: { feature?: boolean } = {},
  ): Promise<HidHandle> {
    const handle = this.#freeHandle();
    this.#handles.set(handle, events);
    try {
      const reports = farewell.map((report) => [...report]);
      await this.#request("open-hid", { handle, path, farewell: reports, feature });
    } catch (error) {
      this.#handles.delete(handle);
      throw error;
    }
    return {
      write: async (report) => {
        await this.#request("write-hid", { handle, report: [...report] });
      },
      close: async () => {
        if (this.#handles.get(handle) !== events) return;
        // The number stays taken until the host let go of it, its events end now.
        this.#handles.set(handle, CLOSING);
        await this.#request("close-hid", { handle }).catch(() => {});
        this.#handles.delete(handle);
      },
    };
  }

  /** A report frame of the connection. @param payload valid only during the call */
  takeReport(handle: number, payload: Uint8Array): void {
    this.#handles.get(handle)?.report(payload.slice());
  }

  takeMessage(message: HidMessage): void {
    if (message.type === "hid-changed") this.#watcher?.changed(message.devices);
    else if (message.type === "hid-resumed") this.#watcher?.resumed();
    else {
      const events = this.#handles.get(message.handle);
      this.#handles.delete(message.handle);
      events?.failed(OffhookError.fromJSON(message.error));
    }
  }

  /** The connection is gone. */
  end(error: OffhookError): void {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    this.#watcher = undefined;
    for (const events of handles) events.failed(error);
  }

  /** The connection is closed by us: nobody is told. */
  forget(): void {
    this.#handles.clear();
    this.#watcher = undefined;
  }

  #freeHandle(): number {
    while (this.#handles.has(this.#next)) this.#next = (this.#next + 1) & 0xffff;
    const handle = this.#next;
    this.#next = (this.#next + 1) & 0xffff;
    return handle;
  }
}

const CLOSING: HidHandleEvents = { report() {}, failed() {} };
