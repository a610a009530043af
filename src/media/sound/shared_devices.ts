/**
 * The person's sound cards: each is open once, however many calls use it, and as long as one does.
 *
 *     card ─► one source ─► its frame of this tick ─► every call
 *     every call ─► mix ─► one sink ─► card
 *
 * What becomes of a card is told to each call that uses it. Opening and closing wait; `read`, `write`
 * and `tick` are on the real-time path and do not.
 */
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
} from "../../audio/mod.ts";
import { Mix, turnBack } from "../dsp/mod.ts";
import { type OtherDevices, SharedDevice } from "./shared_device.ts";

class SharedMicrophone extends SharedDevice<AudioSource, Microphone> {
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #read = -1;
  #sounds = false;

  /** The frame of this tick. */
  read(into: Int16Array): boolean {
    if (this.#read !== this.ticks.now) {
      this.#read = this.ticks.now;
      this.#sounds = this.device!.read(this.#frame);
    }
    into.set(this.#frame);
    return this.#sounds;
  }
}

class SharedSpeaker extends SharedDevice<AudioSink, Speaker> {
  readonly #mix = new Mix();
  /** Who has left, with its last frame, which ends softly. */
  readonly #leaving: Speaker[] = [];
  #asked = -1;
  #frames: 0 | 1 | 2 = 1;

  /** Frames that the card wants this tick, the same for every call. */
  frames(): 0 | 1 | 2 {
    if (this.#asked !== this.ticks.now) {
      this.#asked = this.ticks.now;
      this.#frames = this.device!.frames?.() ?? 1;
    }
    return this.#frames;
  }

  override leave(user: Speaker): Promise<void> {
    if (this.users.has(user)) {
      user.endSoftly();
      this.#leaving.push(user);
    }
    return super.leave(user);
  }

  /** Plays what was written in this tick. */
  play(): void {
    for (let nth = 0; this.#add(nth) > 0; nth++) this.device!.write(this.#mix.take());
    for (const user of this.users.keys()) user.written = 0;
    this.#leaving.length = 0;
  }

  /** Adds everybody's frame. @returns of how many */
  #add(nth: number): number {
    let count = 0;
    for (const user of this.users.keys()) if (this.#addOf(user, nth)) count++;
    // Of those who are gone nothing is played for its own sake.
    if (count > 0) { for (const user of this.#leaving) this.#addOf(user, nth); }
    return count;
  }

  #addOf(user: Speaker, nth: number): boolean {
    if (nth >= user.written) return false;
    this.#mix.add(user.sound[nth]!);
    return true;
  }
}

/** A call's microphone. */
class Microphone implements AudioSource {
  readonly #find: () => SharedMicrophone;
  #shared: SharedMicrophone | undefined;
  #started = false;

  constructor(find: () => SharedMicrophone) {
    this.#find = find;
  }

  async open(events: EndpointEvents): Promise<void> {
    this.#shared = this.#find();
    this.#shared = await this.#shared.join(this, events);
  }

  start(): void {
    this.#started = true;
    this.#shared?.start();
  }

  read(into: Int16Array): boolean {
    if (this.#started && this.#shared !== undefined) return this.#shared.read(into);
    into.fill(0);
    return false;
  }

  async close(): Promise<void> {
    this.#started = false;
    await this.#shared?.leave(this);
  }
}

/** A call's speaker. */
class Speaker implements AudioSink {
  /** What was written in this tick, two frames at most. */
  readonly sound = [new Int16Array(FRAME_SAMPLES), new Int16Array(FRAME_SAMPLES)] as const;
  written = 0;
  #last = 0;
  readonly #find: () => SharedSpeaker;
  #shared: SharedSpeaker | undefined;
  #started = false;

  constructor(find: () => SharedSpeaker) {
    this.#find = find;
  }

  async open(events: EndpointEvents): Promise<void> {
    this.#shared = this.#find();
    this.#shared = await this.#shared.join(this, events);
  }

  start(): void {
    this.#started = true;
    this.#shared?.start();
  }

  frames(): 0 | 1 | 2 {
    return this.#started ? this.#shared!.frames() : 1;
  }

  write(frame: Int16Array): void {
    if (!this.#started || this.written === this.sound.length) return;
    this.#last = this.written++;
    this.sound[this.#last]!.set(frame);
  }

  /** What was written last is turned back, to be played once more. */
  endSoftly(): void {
    if (this.#last > 0) this.sound[0].set(this.sound[this.#last]!);
    turnBack(this.sound[0]);
    this.written = 1;
  }

  async close(): Promise<void> {
    this.#started = false;
    await this.#shared?.leave(this);
  }
}

/** The cards of one direction that are open, by name; the default one has none. */
class Cards<Shared extends { readonly card: string | undefined }> implements OtherDevices<Shared> {
  readonly #open = new Map<string | undefined, Shared>();

  /** The one that is open under a name, or a new one. */
  find(name: string | undefined, create: () => Shared): Shared {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const device = create();
    this.#open.set(name, device);
    return device;
  }

  abandoned(device: Shared): void {
    for (const [name, open] of this.#open) if (open === device) this.#open.delete(name);
  }

  first(device: Shared): Shared {
    if (device.card === undefined) return device;
    for (const open of this.#open.values()) if (open.card === device.card) return open;
    return device;
  }

  values(): Iterable<Shared> {
    return this.#open.values();
  }
}

export class SharedDevices implements AudioDevices {
  readonly #load: () => Promise<AudioDevices>;
  readonly #ticks = { now: 0 };
  readonly #microphones = new Cards<SharedMicrophone>();
  readonly #speakers = new Cards<SharedSpeaker>();

  /** @param load called whenever a card is opened */
  constructor(load: () => Promise<AudioDevices>) {
    this.#load = load;
  }

  source(name?: string): AudioSource {
    const create = () => {
      const source = this.#load().then((devices) => devices.source(name));
      return new SharedMicrophone(source, this.#ticks, this.#microphones);
    };
    return new Microphone(() => this.#microphones.find(name, create));
  }

  sink(name?: string): AudioSink {
    const create = () => {
      const sink = this.#load().then((devices) => devices.sink(name));
      return new SharedSpeaker(sink, this.#ticks, this.#speakers);
    };
    return new Speaker(() => this.#speakers.find(name, create));
  }

  async cancelEcho(on: boolean): Promise<void> {
    await (await this.#load()).cancelEcho(on);
  }

  /** Every call has had its tick: what they said is played. */
  tick(): void {
    for (const speaker of this.#speakers.values()) speaker.play();
    this.#ticks.now++;
  }
}
