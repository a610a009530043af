/** A HID library without devices but those that a test plugs in. */
import { OffhookError } from "../../../src/base/errors.ts";
import type {
  HidBackend,
  HidEvents,
  OpenedHid,
} from "../../../src/device_host/native/hid/backend.ts";
import type { HidDevice } from "../../../src/device_host/wire/hid.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import type { HidLayout } from "../../fixtures/hid_layouts.ts";

export class FakeHidDevice {
  /** Output reports in the order of their writing. */
  readonly written: number[][] = [];
  /** Feature reports in the order of their writing. */
  readonly features: number[][] = [];
  /** Who has it open. */
  readonly openers = new Set<HidEvents>();
  denied = false;
  /** Milliseconds that a write takes. */
  writeMs = 0;

  /** Linux: its sound cards. */
  soundCards: number[] = [];
  /** What its firmware does with an output report. */
  firmware: (report: number[]) => void = () => {};

  constructor(readonly path: string, readonly layout: HidLayout) {}

  /** The person presses something. */
  send(report: readonly number[]): void {
    for (const opener of this.openers) opener.report(Uint8Array.from(report));
  }

  /** What the lamps show: the last output report of each id. */
  get lamps(): Map<number, number[]> {
    return new Map(this.written.map((report) => [report[0]!, report]));
  }

  describe(): HidDevice {
    const { vendorId, productId, name, descriptor } = this.layout;
    return {
      path: this.path,
      vendorId,
      productId,
      name,
      collections: parseDescriptor(descriptor).collections,
      descriptor: descriptor.toHex(),
      access: this.denied ? "denied" : "ok",
      soundCards: this.soundCards,
    };
  }
}

export class FakeHidBackend implements HidBackend {
  readonly devices = new Map<string, FakeHidDevice>();
  /** What the system tells when something is plugged; absent: it tells nothing. */
  watch?: HidBackend["watch"];
  /** Throws this while it is set. */
  broken: OffhookError | undefined;

  plug(path: string, layout: HidLayout): FakeHidDevice {
    const device = new FakeHidDevice(path, layout);
    this.devices.set(path, device);
    return device;
  }

  unplug(device: FakeHidDevice): void {
    this.devices.delete(device.path);
    for (const opener of device.openers) opener.failed("could not read from HID device");
    device.openers.clear();
  }

  list(): Promise<HidDevice[]> {
    if (this.broken) return Promise.reject(this.broken);
    return Promise.resolve([...this.devices.values()].map((device) => device.describe()));
  }

  open(path: string, events: HidEvents, feature: boolean): Promise<OpenedHid> {
    const device = this.devices.get(path);
    if (device === undefined) {
      return Promise.reject(
        new OffhookError("device-not-found", `The HID device ${path} is gone.`),
      );
    }
    if (device.denied) {
      const data = { reason: "permission-denied", path };
      return Promise.reject(new OffhookError("device-failed", "Permission denied.", { data }));
    }
    device.openers.add(events);
    return Promise.resolve({
      write: async (report: Uint8Array) => {
        if (device.writeMs > 0) await new Promise((done) => setTimeout(done, device.writeMs));
        if (!this.devices.has(path)) throw new Error("cannot write to HID device");
        (feature ? device.features : device.written).push([...report]);
        device.firmware([...report]);
      },
      close: () => {
        device.openers.delete(events);
        return Promise.resolve();
      },
    });
  }
}
