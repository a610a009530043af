/**
 * HID devices through node-hid (hidapi; hidraw on Linux). Loaded when somebody first asks for HID.
 *
 * What node-hid does not say comes from elsewhere: report descriptors from sysfs, or from hidapi's own
 * library that node-hid ships; whether a device may be opened from the file's permissions.
 */
import { OffhookError } from "../../../base/mod.ts";
import { idText, permissionHint, usageOf } from "../../../hid/mod.ts";
import type { HidBackend, HidEvents, OpenedHid } from "./backend.ts";
import { watchFolder } from "./folder_watch.ts";
import { hidrawFacts, libcFiles, type SystemFiles } from "./hid_files.ts";
import { descriptorByHidapi } from "./hidapi_descriptor.ts";
import type { HidDevice } from "../../wire/mod.ts";

type NodeHid = typeof import("node-hid");

export class NodeHidBackend implements HidBackend {
  #library: Promise<NodeHid> | undefined;
  readonly #files: SystemFiles | undefined = libcFiles();
  /** Descriptors got from hidapi, which opens the device to read them: once a plug. */
  readonly #descriptors = new Map<string, string | null>();
  /** Vendor ids of what was listed, by path. */
  readonly #vendors = new Map<string, number>();

  async list(): Promise<HidDevice[]> {
    const library = await this.#load();
    const byPath = Map.groupBy(
      (await library.devicesAsync()).filter(({ path }) => path !== undefined),
      ({ path }) => path!,
    );
    for (const path of this.#descriptors.keys()) {
      if (!byPath.has(path)) this.#descriptors.delete(path);
    }
    this.#vendors.clear();
    for (const [path, [first]] of byPath) this.#vendors.set(path, first.vendorId);
    return [...byPath].map(([path, [first, ...rest]]) => ({
      path,
      vendorId: first.vendorId,
      productId: first.productId,
      name: first.product?.trim() || `${idText(first.vendorId)}:${idText(first.productId)}`,
      ...(first.serialNumber ? { serial: first.serialNumber } : {}),
      // hidapi leaves a zero out
      collections: [first, ...rest].map((each) => usageOf(each.usagePage ?? 0, each.usage ?? 0)),
      ...this.#facts(path),
    }));
  }

  watch(changed: () => void): (() => Promise<void>) | undefined {
    return watchFolder("/dev", (name) => /^hidraw\d+$/.test(name), changed);
  }

  async open(path: string, events: HidEvents, feature: boolean): Promise<OpenedHid> {
    const library = await this.#load();
    let device: Awaited<ReturnType<NodeHid["HIDAsync"]["open"]>>;
    try {
      // macOS would lock everybody else out
      device = await library.HIDAsync.open(path, { nonExclusive: true });
    } catch (cause) {
      throw this.#whyNotOpened(path, cause);
    }
    let open = true;
    device.on("data", (bytes: Uint8Array) => open && events.report(bytes));
    device.on("error", (error: unknown) => {
      if (open) events.failed(error instanceof Error ? error.message : String(error));
      open = false;
    });
    return {
      async write(report) {
        if (feature) await device.sendFeatureReport([...report]);
        else await device.write([...report]);
      },
      async close() {
        open = false;
        await device.close();
      },
    };
  }

  #load(): Promise<NodeHid> {
    this.#library ??= import("node-hid").then(
      (module) => (module as unknown as { default: NodeHid }).default,
    ).catch((cause) => {
      throw new OffhookError("device-failed", "node-hid cannot be loaded on this system", {
        hint: "Headset buttons need node-hid's binary for this system; calls work without.",
        cause,
      });
    });
    return this.#library;
  }

  #facts(path: string): Pick<HidDevice, "descriptor" | "access" | "soundCards"> {
    if (this.#files !== undefined) return hidrawFacts(this.#files, path);
    let descriptor = this.#descriptors.get(path);
    if (descriptor === undefined) {
      descriptor = descriptorByHidapi(path);
      this.#descriptors.set(path, descriptor);
    }
    return { descriptor, access: descriptor === null ? "unknown" : "ok", soundCards: [] };
  }

  #whyNotOpened(path: string, cause: unknown): OffhookError {
    const files = this.#files;
    if (files !== undefined && !files.exists(path)) {
      return new OffhookError("device-not-found", `The HID device ${path} is gone`, { cause });
    }
    if (files !== undefined && !files.writable(path)) {
      return new OffhookError(
        "device-failed",
        `Permission denied: this user may not open the HID device ${path}`,
        {
          hint: permissionHint(this.#vendors.get(path) ?? 0),
          data: { reason: "permission-denied", path },
          cause,
        },
      );
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    return new OffhookError("device-failed", `The HID device ${path} does not open: ${why}`, {
      cause,
    });
  }
}
