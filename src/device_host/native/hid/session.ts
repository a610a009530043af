/**
 * The HID devices of the device host: one backend, watched for all clients; handles, each owned by
 * one client.
 *
 *     opening ──► open ──► closing: farewell is written, then the device closed
 *                  └─ unplugged, or failed ─► hid-failed
 *
 * Reports are passed on as they come. After the system slept, what waited in a queue is older than
 * anything that a person meant: reports are dropped until the queue is empty.
 */
import { OffhookError } from "../../../base/mod.ts";
import { Lock, within } from "../mod.ts";
import type { HidBackend, OpenedHid } from "./backend.ts";
import type {
  FrameWriter,
  HidDevice,
  HidList,
  HidMessage,
  HidRequest,
  OpenHid,
} from "../../wire/mod.ts";

/** How often plugging is looked for, where the system does not tell at once, too. */
const POLL_MS = 2_000;
/** A clock that runs ahead of the timer by so much has slept in between. */
const SLEPT_MS = 5_000;
/** Reports that follow each other within this time after a sleep come from the queue. */
const DRAIN_MS = 500;
const OPEN_LIMIT_MS = 5_000;
const WRITE_LIMIT_MS = 1_000;
const CLOSE_LIMIT_MS = 500;

export interface HidClock {
  /** Wall clock, ms: goes on while the system sleeps. */
  now(): number;
}

/** What a client session gives its HID part. */
export interface HidClient {
  send(message: HidMessage): void;
  writer: Pick<FrameWriter, "report">;
}

export class HidDevices {
  readonly #backend: HidBackend;
  readonly #clock: HidClock;
  readonly #pollMs: number;
  readonly #watchers = new Set<HidClient>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Ends the system's telling. */
  #untold: (() => Promise<void>) | undefined;
  #lastTick = 0;
  #dropUntil = 0;
  #known = "";
  #listing: Promise<HidDevice[]> | undefined;
  readonly #farewells = new Set<Promise<void>>();

  constructor(backend: HidBackend, clock: HidClock = { now: Date.now }, pollMs = POLL_MS) {
    this.#backend = backend;
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  get backend(): HidBackend {
    return this.#backend;
  }

  /** What is plugged in now. Never rejects. */
  async list(): Promise<HidList> {
    try {
      // one listing at a time, shared by who asks meanwhile
      this.#listing ??= this.#backend.list().finally(() => this.#listing = undefined);
      return { devices: await this.#listing };
    } catch (error) {
      return { devices: [], unavailable: OffhookError.from(error).toJSON() };
    }
  }

  async watch(client: HidClient): Promise<HidList> {
    this.#watchers.add(client);
    const list = await this.list();
    if (this.#timer === undefined && this.#watchers.size > 0) {
      this.#known = JSON.stringify(list.devices);
      this.#lastTick = this.#clock.now();
      this.#timer = setInterval(() => void this.poll(), this.#pollMs);
      this.#untold = this.#backend.watch?.(() => void this.poll());
    }
    return list;
  }

  unwatch(client: HidClient): void {
    this.#watchers.delete(client);
    if (this.#watchers.size === 0) void this.#stopLooking();
  }

  async #stopLooking(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const untold = this.#untold;
    this.#untold = undefined;
    await untold?.();
  }

  /** Sees to it that {@link close} waits for a farewell under way. */
  await(farewell: Promise<void>): void {
    this.#farewells.add(farewell);
    farewell.finally(() => this.#farewells.delete(farewell));
  }

  /** Settles when every client that has gone has left idle lamps behind. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.#stopLooking(), ...this.#farewells]);
  }

  /** One look for what was plugged or unplugged. */
  async poll(): Promise<void> {
    this.stale();
    this.#lastTick = this.#clock.now();
    const { devices, unavailable } = await this.list();
    const seen = JSON.stringify(devices);
    if (unavailable !== undefined || seen === this.#known) return;
    this.#known = seen;
    for (const client of this.#watchers) client.send({ type: "hid-changed", devices });
  }

  /** True while reports are left over from before a sleep. Called with every report and poll. */
  stale(): boolean {
    const now = this.#clock.now();
    if (this.#timer !== undefined && now - this.#lastTick > this.#pollMs + SLEPT_MS) {
      this.#lastTick = now;
      this.#dropUntil = now + DRAIN_MS;
      for (const client of this.#watchers) client.send({ type: "hid-resumed" });
    }
    return now < this.#dropUntil;
  }
}

interface Handle {
  device: OpenedHid;
  farewell: Uint8Array[];
  /** Writes one after the other: a radio dongle may take its time. */
  writes: Lock;
}

/** The HID handles of one client. */
export class HidSession {
  readonly #devices: HidDevices;
  readonly #client: HidClient;
  readonly #handles = new Map<number, Handle | "opening">();
  #closed = false;

  constructor(devices: HidDevices, client: HidClient) {
    this.#devices = devices;
    this.#client = client;
  }

  /** @throws OffhookError what the reply says */
  async perform(request: HidRequest): Promise<unknown> {
    switch (request.type) {
      case "list-hid":
        return await this.#devices.list();
      case "watch-hid":
        return await this.#devices.watch(this.#client);
      case "open-hid":
        return await this.#open(request);
      case "write-hid":
        await this.#write(request.handle, Uint8Array.from(request.report));
        return {};
      case "close-hid":
        await this.#close(request.handle);
        return {};
    }
  }

  /** The client is gone: every lamp of it goes off, which {@link HidDevices.close} waits for. */
  close(): void {
    this.#closed = true;
    this.#devices.unwatch(this.#client);
    for (const handle of this.#handles.keys()) this.#devices.await(this.#close(handle));
  }

  async #open({ handle, path, farewell, feature = false }: OpenHid): Promise<unknown> {
    if (this.#handles.has(handle)) {
      throw new OffhookError("internal", `The HID handle ${handle} is open already`);
    }
    this.#handles.set(handle, "opening");
    let count = 0;
    const opening = this.#devices.backend.open(path, {
      report: (bytes) => {
        if (!this.#devices.stale()) this.#client.writer.report(handle, count++, bytes);
      },
      failed: (reason) => this.#failed(handle, path, reason),
    }, feature);
    try {
      this.#handles.set(handle, {
        device: await within(OPEN_LIMIT_MS, `Opening ${path}`, opening),
        farewell: farewell.map((report) => Uint8Array.from(report)),
        writes: new Lock(),
      });
    } catch (error) {
      this.#handles.delete(handle);
      // What opens after its time is nobody's.
      opening.then((device) => device.close()).catch(() => {});
      if (error instanceof OffhookError) throw error;
      throw new OffhookError("device-failed", (error as Error).message, { cause: error });
    }
    // The client may have gone while the device was opening.
    if (this.#closed) this.#devices.await(this.#close(handle));
    return {};
  }

  #failed(number: number, path: string, reason: string): void {
    const handle = this.#handles.get(number);
    if (handle === undefined || handle === "opening") return;
    this.#handles.delete(number);
    const error = new OffhookError("device-failed", `The HID device ${path} failed: ${reason}`, {
      hint: "Was it unplugged?",
    });
    this.#client.send({ type: "hid-failed", handle: number, error: error.toJSON() });
    within(CLOSE_LIMIT_MS, `Closing ${path}`, handle.device.close()).catch(() => {});
  }

  async #write(number: number, report: Uint8Array): Promise<void> {
    const handle = this.#handles.get(number);
    if (handle === undefined || handle === "opening") {
      throw new OffhookError("device-failed", `The HID handle ${number} is not open`);
    }
    try {
      await handle.writes.run(() =>
        within(WRITE_LIMIT_MS, "Writing a report", handle.device.write(report))
      );
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OffhookError("device-failed", `The headset does not take a report: ${why}`, {
        cause,
      });
    }
  }

  async #close(number: number): Promise<void> {
    const handle = this.#handles.get(number);
    if (handle === undefined || handle === "opening") return;
    this.#handles.delete(number);
    try {
      for (const report of handle.farewell) {
        await handle.writes.run(() =>
          within(WRITE_LIMIT_MS, "Writing a farewell", handle.device.write(report))
        );
      }
    } catch {
      // Unplugged, most likely: it has no lamps any more.
    }
    await within(CLOSE_LIMIT_MS, "Closing", handle.device.close()).catch(() => {});
  }
}
