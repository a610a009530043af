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
import type { Clock } from "../../base/time/mod.ts";
import type { HeadsetInfo, HeadsetList, SoundDevice } from "../../control/contract/mod.ts";
import {
  type HeadsetInput,
  type HeadsetIntent,
  type HeadsetState,
  IDLE_HEADSET,
} from "../../core/ports/mod.ts";
import type { DeviceHostAccess, HidConnection, HidDevice } from "../../device_host/client/mod.ts";
import {
  behaviourOf,
  capabilitiesOf,
  isTelephony,
  KNOWN_QUIRKS,
  parseDescriptor,
} from "../../hid/mod.ts";
import { describeHeadset, headsetsAmong, hexBytes } from "./describe_headset.ts";
import { HeadsetContests } from "./headset_contests.ts";
import { frontOf } from "./headset_front.ts";
import { type HeadsetSettings, PLAIN_HEADSETS } from "./headset_settings.ts";
import type { HeadsetModel } from "./headset_model.ts";
import { HeadsetSlot, type SlotEvents } from "./headset_slot.ts";
import { SoundFollower } from "./headset_sound.ts";
import { HidWatch } from "./hid_watch.ts";

export interface HeadsetsOptions {
  host: DeviceHostAccess;
  clock: Clock;
  settings?: HeadsetSettings;
  /** The sound devices of now; asked when something was plugged. Absent: sound follows no headset. */
  soundDevices?(): Promise<SoundDevice[]>;
  notify(input: HeadsetInput): void;
  log(text: string): void;
}

export class Headsets {
  readonly #options: HeadsetsOptions;
  readonly #watch: HidWatch;
  readonly #sound: SoundFollower | undefined;
  /** By path. */
  readonly #slots = new Map<string, HeadsetSlot>();
  readonly #contests = new HeadsetContests<HeadsetSlot>();
  #settings: HeadsetSettings;
  #hid: HidConnection | undefined;
  #devices: HidDevice[] = [];
  #state: HeadsetState = IDLE_HEADSET;
  #on: boolean;
  /** Lifted during the calls that are on. */
  #lifted: HeadsetSlot | undefined;
  #front: HeadsetSlot | undefined;
  #stopped = false;

  constructor(options: HeadsetsOptions) {
    this.#options = options;
    this.#settings = options.settings ?? { ...PLAIN_HEADSETS, quirks: KNOWN_QUIRKS };
    this.#on = this.#settings.enabled;
    const { host, clock, soundDevices, notify, log } = options;
    if (soundDevices !== undefined) {
      this.#sound = new SoundFollower({
        base: this.#settings.sound,
        devices: soundDevices,
        notify,
        log,
      });
    }
    this.#watch = new HidWatch({
      host,
      clock,
      changed: (hid, devices) => this.#sync(hid, devices),
      resumed: () => this.#slots.forEach((slot) => slot.reassert()),
      failed: ({ message }) => log(`headsets: ${message}`),
      unavailable: ({ message }) => log(`no headset buttons: ${message}`),
    });
  }

  /** Looks for headsets from now on. */
  start(): void {
    this.#watch.start();
  }

  /**
   * Goes on with other settings: what they change takes effect at once, in calls as well; a headset
   * whose quirks stay the same stays open. Never rejects.
   */
  async apply(settings: HeadsetSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    // `use` counts until the configuration says something else
    if (settings.enabled !== before.enabled) this.#on = settings.enabled;
    if (settings.contested !== before.contested) this.#contests.clear();
    this.#sound?.rebase(settings.sound);
    for (const slot of [...this.#slots.values()]) {
      const { behaviour } = behaviourOf(slot.device, settings.quirks);
      if (JSON.stringify(behaviour) === JSON.stringify(slot.behaviour)) continue;
      await slot.want(false);
      this.#drop(slot);
    }
    await this.#sync(this.#hid, this.#devices);
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
    await this.#watch.stop();
  }

  #useOf(slot: HeadsetSlot): HeadsetInfo["use"] {
    if (slot.open) return slot === this.#front ? "front" : "station";
    if (slot.refused !== undefined) return "free";
    return this.#on && !this.#contests.isLeft(slot) ? "released" : "off";
  }

  /** Slots for what is plugged in, and no other. */
  async #sync(hid: HidConnection | undefined, devices: HidDevice[]): Promise<void> {
    this.#hid = hid;
    this.#devices = devices;
    const present = new Set(devices.map(({ path }) => path));
    for (const [path, slot] of this.#slots) if (!present.has(path)) this.#drop(slot);
    for (const device of devices) {
      if (this.#stopped || hid === undefined) break;
      const known = this.#slots.get(device.path);
      // listed anew after it failed, or udev has come round
      if (known !== undefined) {
        if (!known.open && device.access !== "denied") await known.retry();
        continue;
      }
      const model = this.#modelOf(device);
      if (model === undefined) continue;
      const { clock } = this.#options;
      const slot = new HeadsetSlot({ hid, device, model }, IDLE_HEADSET, {
        clock,
        events: this.#events,
      });
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
    const often = this.#contests.fought(slot, this.#options.clock.now());
    if (!often || this.#settings.contested !== "release") return;
    this.#contests.leave(slot);
    void slot.want(false);
    this.#events.notice(
      slot,
      "let-go",
      "it is left to the other softphone",
      "`offhook headset on` takes it again.",
    );
  }

  /** Opens what is wanted now and closes what is not. */
  async #hold(): Promise<void> {
    const idle = !this.#state.offHook && !this.#state.ring;
    const wanted = !this.#stopped && this.#on && !(idle && this.#settings.releaseWhenIdle);
    await Promise.all(
      [...this.#slots.values()].map((slot) => slot.want(wanted && !this.#contests.isLeft(slot))),
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
      slot.refused === undefined && !this.#contests.isLeft(slot)
    );
    if (this.#lifted !== undefined && !present.includes(this.#lifted)) this.#lifted = undefined;
    this.#front = frontOf({
      present,
      lifted: this.#lifted,
      front: this.#front,
      inCall: this.#state.offHook,
      preferred: this.#settings.preferred,
    });
    if (!this.#stopped) this.#sound?.follow(this.#on ? this.#front?.device : undefined);
  }

  #showAll(): void {
    for (const slot of this.#slots.values()) {
      slot.show(slot === this.#front ? this.#state : ringOnly(this.#state));
    }
  }
}

/** What a headset shows that no call is on. */
function ringOnly({ ring, ringer }: HeadsetState): HeadsetState {
  return { ...IDLE_HEADSET, ring, ringer };
}
