/** A device host with the real node-hid, and a headset model with a phone on it, in the guest. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import type { HidHandle } from "../../../src/device_host/client/hid.ts";
import type { HidDevice } from "../../../src/device_host/wire/hid.ts";
import { DeviceHostSupervisor } from "../../../src/device_host/client/supervisor.ts";
import { STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { controlsOf, encode } from "../../../src/hid/controls.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { Headset, type HeadsetOutput } from "../../../src/hid/headset.ts";
import { BenchPhone } from "../../fakes/hid/headset_bench.ts";

const PATIENCE_MS = 60_000;
/** A device host of an emulated machine starts slowly, the more so on a busy computer. */
export const START_LIMIT_MS = 90_000;

export class Place implements AsyncDisposable {
  readonly supervisor = new DeviceHostSupervisor({ startLimitMs: START_LIMIT_MS });
  #connection: Promise<DeviceHostConnection> | undefined;

  connection(): Promise<DeviceHostConnection> {
    return this.#connection ??= this.supervisor.socket().then((socket) =>
      DeviceHostConnection.connect(socket)
    );
  }

  /** Waits until a device of the product is listed (or no more). */
  async find(vendorId: number, productId: number): Promise<HidDevice> {
    return await until(async () => (await this.#listed(vendorId, productId))[0]);
  }

  async gone(vendorId: number, productId: number): Promise<void> {
    await until(async () => (await this.#listed(vendorId, productId)).length === 0 || undefined);
  }

  async #listed(vendorId: number, productId: number): Promise<HidDevice[]> {
    const { devices, unavailable } = await (await this.connection()).hid.list();
    assert.equal(unavailable, undefined);
    return devices.filter((each) => each.vendorId === vendorId && each.productId === productId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#connection?.catch(() => undefined))?.close();
    await this.supervisor.close();
  }
}

/** Asks again until there is an answer. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    assert.ok(performance.now() < end, "waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The model of one device with a phone that follows it, over the device host. */
export class DrivenHeadset {
  readonly phone = new BenchPhone();
  readonly intents: string[] = [];
  readonly failed = Promise.withResolvers<OffhookError>();
  readonly #headset: Headset;
  #handle: HidHandle | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(headset: Headset) {
    this.#headset = headset;
  }

  static async open(place: Place, device: HidDevice): Promise<DrivenHeadset> {
    assert.ok(device.descriptor, "the descriptor is known");
    const bytes = device.descriptor.match(/../g)!.map((byte) => parseInt(byte, 16));
    const controls = controlsOf(parseDescriptor(Uint8Array.from(bytes)), STANDARD_BEHAVIOUR);
    const driven = new DrivenHeadset(new Headset(controls, STANDARD_BEHAVIOUR));
    const farewell = [...encode(controls, IDLE_HEADSET).values()];
    driven.#handle = await (await place.connection()).hid.open(device.path, farewell, {
      report: (report) => driven.#apply(driven.#headset.report(report, performance.now())),
      failed: (error) => driven.failed.resolve(error),
    });
    driven.#apply(driven.#headset.open(performance.now()));
    return driven;
  }

  /** Changes the phone from outside of the headset. */
  do(change: Parameters<BenchPhone["set"]>[0]): void {
    this.phone.set(change);
    this.#show();
  }

  /** Waits until that many intents have come. */
  async heard(count: number): Promise<string[]> {
    return await until(() =>
      Promise.resolve(this.intents.length >= count ? this.intents : undefined)
    );
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#handle?.close();
  }

  #show(): void {
    this.#apply(this.#headset.show(this.phone.state, performance.now()));
  }

  #apply(output: HeadsetOutput): void {
    for (const report of output.writes) this.#handle?.write(report).catch(() => {});
    for (const intent of output.intents) {
      this.intents.push(intent.type);
      this.phone.obey(intent);
      this.#show();
    }
    clearTimeout(this.#timer);
    const wake = this.#headset.wakeAt;
    if (wake === undefined) return;
    const tick = () => this.#apply(this.#headset.tick(performance.now()));
    this.#timer = setTimeout(tick, Math.max(0, wake - performance.now()));
  }
}
