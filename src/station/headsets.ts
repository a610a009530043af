/**
 * Every headset that is plugged in, as the core sees them: one state to show, intents to follow.
 *
 *     device host ─ watch ─► devices ─► telephony? ─► HeadsetSlot ─► HeadsetAttached
 *                                          unplugged ─► HeadsetDetached
 *
 *     the front headset ─ the call's lamps, its sound ─► calls are there
 *     the others ──────── the ring lamp alone ─────────► lifted: calls come there
 *
 * The front is the one that was lifted last, else the preferred one. The device host may die: it is
 * started again, and the headsets are opened again.
 */
import type { Clock } from "../core/clock.ts";
import type { HeadsetInfo, HeadsetList } from "../control/headsets.ts";
import type { SoundDevice } from "../control/records.ts";
import { OffhookError } from "../core/errors.ts";
import type { HeadsetInput, HeadsetIntent, HeadsetState } from "../core/headset_port.ts";
import { IDLE_HEADSET } from "../core/headset_port.ts";
import { DeviceHostConnection } from "../device_host/client.ts";
import type { DeviceHostAccess } from "../device_host/client_access.ts";
import type { HidDevice } from "../device_host/client_hid.ts";
import { capabilitiesOf, isTelephony } from "../hid/capabilities.ts";
import { parseDescriptor } from "../hid/descriptor.ts";
import { behaviourOf, KNOWN_QUIRKS } from "../hid/quirks.ts";
import { idText } from "../hid/usages.ts";
import { describeHeadset, headsetsAmong, hexBytes } from "./describe_headset.ts";
import { type HeadsetSettings, PLAIN_HEADSETS, rank } from "./headset_settings.ts";
import { type HeadsetModel, HeadsetSlot, type SlotEvents } from "./headset_slot.ts";
import { SoundFollower } from "./headset_sound.ts";

export interface HeadsetsOptions {
  host: DeviceHostAccess;
  clock: Clock;
  settings?: HeadsetSettings;
  /** The sound devices of now; asked when something was plugged. Absent: sound follows no headset. */
  soundDevices?(): Promise<SoundDevice[]>;
  notify(input: HeadsetInput): void;
  log(text: string): void;
}

/** ms between two tries to reach a device host that died. */
const RETRY_MS = 1_000;
/** Hang-ups faster than a person, after which a headset that is to be let go is. */
const CONTESTED_LIMIT = 2;

export class Headsets {
  readonly #options: HeadsetsOptions;
  readonly #settings: HeadsetSettings;
  readonly #sound: SoundFollower | undefined;
  /** By path. */
  readonly #slots = new Map<string, HeadsetSlot>();
  readonly #contests = new Map<HeadsetSlot, number>();
  #devices: HidDevice[] = [];
  #state: HeadsetState = IDLE_HEADSET;
  #on: boolean;
  /** Lifted during the calls that are on. */
  #lifted: HeadsetSlot | undefined;
  #front: HeadsetSlot | undefined;
  #connection: DeviceHostConnection | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(options: HeadsetsOptions) {
    this.#options = options;
    this.#settings = options.settings ?? { ...PLAIN_HEADSETS, quirks: KNOWN_QUIRKS };
    this.#on = this.#settings.enabled;
    const { soundDevices, notify, log } = options;
    const base = this.#settings.sound;
    if (base !== undefined && soundDevices !== undefined) {
      this.#sound = new SoundFollower({ base, devices: soundDevices, notify, log });
    }
  }

  /** Looks for headsets from now on. */
  start(): void {
    this.#running = this.#run();
  }

  show(state: HeadsetState): void {
    const idle = !state.offHook && !state.ring;
    this.#state = state;
    if (idle) this.#lifted = undefined;
    this.#chooseFront();
    void this.#hold();
    this.#showAll();
  }

  /** Uses headsets, or leaves them alone. */
  async use(on: boolean): Promise<void> {
    this.#on = on;
    this.#contests.clear();
    this.#chooseFront();
    await this.#hold();
  }

  /** The phone's endpoints were set anew: calls go to the headset again. */
  renewSound(): void {
    this.#sound?.renew();
  }

  /** What is plugged in, and what is done with it. */
  list(): HeadsetList {
    const headsets = headsetsAmong(this.#devices).map((device): HeadsetInfo => {
      const slot = this.#slots.get(device.path);
      return {
        ...describeHeadset(device, this.#settings.quirks),
        use: slot === undefined ? "free" : this.#useOf(slot),
      };
    });
    return { headsets, on: this.#on };
  }

  /** Lamps off, everything let go. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#slots.values()].map((slot) => slot.want(false)));
    this.#slots.clear();
    this.#connection?.close();
    this.#wake();
    await this.#running;
  }

  #useOf(slot: HeadsetSlot): HeadsetInfo["use"] {
    if (slot.open) return slot === this.#front ? "front" : "station";
    if (slot.refused !== undefined) return "free";
    return this.#on && !this.#letGo(slot) ? "released" : "off";
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const connection = await DeviceHostConnection.connect(await this.#options.host.socket());
        this.#connection = connection;
        const list = await connection.hid.watch({
          changed: (devices) => void this.#sync(connection, devices),
          resumed: () => this.#slots.forEach((slot) => slot.reassert()),
        });
        if (list.unavailable !== undefined) {
          this.#options.log(`no headset buttons: ${list.unavailable.message}`);
          return;
        }
        await this.#sync(connection, list.devices);
        await connection.closed;
      } catch (error) {
        this.#options.log(`headsets: ${OffhookError.from(error).message}`);
      }
      await this.#sync(undefined, []);
      if (!this.#stopped) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, RETRY_MS);
      this.#wake = () => {
        this.#options.clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Slots for what is plugged in, and no other. */
  async #sync(connection: DeviceHostConnection | undefined, devices: HidDevice[]): Promise<void> {
    this.#devices = devices;
    const present = new Set(devices.map(({ path }) => path));
    for (const [path, slot] of this.#slots) if (!present.has(path)) this.#drop(slot);
    for (const device of devices) {
      if (this.#stopped || connection === undefined) break;
      const known = this.#slots.get(device.path);
      // listed anew after it failed, or udev has come round
      if (known !== undefined) {
        if (!known.open && device.access !== "denied") await known.retry();
        continue;
      }
      const model = this.#modelOf(device);
      if (model === undefined) continue;
      const place = { hid: connection.hid, device, model };
      const { clock } = this.#options;
      const slot = new HeadsetSlot(place, IDLE_HEADSET, { clock, events: this.#events });
      this.#slots.set(device.path, slot);
    }
    this.#chooseFront();
    this.#showAll();
    await this.#hold();
    if (this.#slots.size > 0 && !this.#stopped) await this.#sound?.learn();
  }

  #drop(slot: HeadsetSlot): void {
    const wasOpen = slot.open;
    slot.lost();
    this.#slots.delete(slot.device.path);
    this.#contests.delete(slot);
    if (wasOpen) this.#options.notify({ type: "HeadsetDetached", headset: slot.device.path });
  }

  /** How to drive the device; undefined when it is no usable headset. */
  #modelOf(device: HidDevice): HeadsetModel | undefined {
    if (device.descriptor === null) return undefined;
    const descriptor = parseDescriptor(hexBytes(device.descriptor));
    if (!isTelephony(descriptor)) return undefined;
    const { behaviour } = behaviourOf(device, this.#settings.quirks);
    return capabilitiesOf(descriptor, behaviour).usable ? { descriptor, behaviour } : undefined;
  }

  readonly #events: SlotEvents = {
    intent: (slot, intent) => this.#intend(slot, intent),
    opened: ({ device: { path, name } }) => {
      this.#options.notify({ type: "HeadsetAttached", headset: path, name });
      this.#chooseFront();
      this.#showAll();
    },
    closed: ({ device: { path } }, error) => {
      const why = error === undefined ? {} : { error: error.toJSON() };
      this.#options.notify({ type: "HeadsetDetached", headset: path, ...why });
      if (error !== undefined) this.#lost(path);
    },
    notice: (slot, notice, text, hint) => {
      const { path, name } = slot.device;
      const sentence = `${name}: ${text}`;
      const more = hint === undefined ? {} : { hint };
      this.#options.log(hint === undefined ? sentence : `${sentence} ${hint}`);
      this.#options.notify({
        type: "HeadsetNotice",
        headset: path,
        notice,
        text: sentence,
        ...more,
      });
      if (notice === "contested") this.#contested(slot);
    },
  };

  #lost(path: string): void {
    const slot = this.#slots.get(path);
    if (slot === undefined) return;
    slot.lost();
    this.#slots.delete(path);
    this.#chooseFront();
    this.#showAll();
  }

  #contested(slot: HeadsetSlot): void {
    this.#contests.set(slot, (this.#contests.get(slot) ?? 0) + 1);
    if (!this.#letGo(slot)) return;
    void slot.want(false);
    this.#events.notice(
      slot,
      "let-go",
      "it is left to the other softphone",
      "`offhook headset on` takes it again.",
    );
  }

  #letGo(slot: HeadsetSlot): boolean {
    return this.#settings.contested === "release" &&
      (this.#contests.get(slot) ?? 0) >= CONTESTED_LIMIT;
  }

  /** Opens what is wanted now and closes what is not. */
  async #hold(): Promise<void> {
    const idle = !this.#state.offHook && !this.#state.ring;
    const wanted = !this.#stopped && this.#on && !(idle && this.#settings.releaseWhenIdle);
    await Promise.all(
      [...this.#slots.values()].map((slot) => slot.want(wanted && !this.#letGo(slot))),
    );
  }

  #intend(slot: HeadsetSlot, intent: HeadsetIntent): void {
    const { offHook, ring } = this.#state;
    const lifts = intent.type === "hookOff";
    if (lifts && slot !== this.#front) {
      this.#lifted = slot;
      this.#chooseFront();
      this.#showAll();
      // the call moves to it; no call begins or ends
      if (offHook && !ring) return;
    } else if (lifts) this.#lifted = slot;
    this.#options.notify({ type: "HeadsetIntent", headset: slot.device.path, intent });
  }

  /** The lifted headset, else the preferred one; where calls are heard follows. */
  #chooseFront(): void {
    const present = [...this.#slots.values()].filter((slot) =>
      slot.refused === undefined && !this.#letGo(slot)
    );
    if (this.#lifted !== undefined && !present.includes(this.#lifted)) this.#lifted = undefined;
    const rankOf = (slot: HeadsetSlot) => rank(named(slot), this.#settings.preferred);
    const [best] = present.sort((one, other) => rankOf(one) - rankOf(other));
    const front = this.#front;
    // in a call only a more preferred one takes over
    const stays = this.#state.offHook && front !== undefined && present.includes(front) &&
      rankOf(front) <= rankOf(best!);
    this.#front = this.#lifted ?? (stays ? front : best);
    if (!this.#stopped) this.#sound?.follow(this.#on ? this.#front?.device : undefined);
  }

  #showAll(): void {
    for (const slot of this.#slots.values()) {
      slot.show(slot === this.#front ? this.#state : ringOnly(this.#state));
    }
  }
}

function named({ device }: HeadsetSlot) {
  const { name, vendorId, productId } = device;
  return { name, vendorId: idText(vendorId), productId: idText(productId) };
}

/** What a headset shows that no call is on. */
function ringOnly({ ring, ringer }: HeadsetState): HeadsetState {
  return { ...IDLE_HEADSET, ring, ringer };
}
