/**
 * The media of all calls of a worker: runs effects, one clock for every stream.
 *
 *     perform(effect) ──► CallMedia ──► notify(input)      MediaFailed, MediaClosed: the last word
 *     Ticker ──every 20 ms──► CallMedia.tick of every streaming call, then the sound cards' turn
 *            ├─► the ringer, while a call rings
 *            └─every 100 ms─► levels of them all, while somebody wants them
 *
 * Runs in the media worker; tests run it on their own thread with their own clock and sockets.
 */
import { type AudioDevices, FRAME_MS } from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { NegotiatedStream, Tone } from "../../core/media/mod.ts";
import type { CallId, CallLevels, MediaEffect } from "../../core/ports/mod.ts";
import { type AttachmentPort, type FromAttachment, refuseAttachment } from "../attachment/mod.ts";
import { CallMedia, type MediaSurroundings } from "../call/mod.ts";
import { Ticker } from "../mod.ts";
import { Ringer, SharedDevices } from "../sound/mod.ts";
import { EarlyGatherings } from "./early_gatherings.ts";

/** Ticks between two readings of the level meters. */
const LEVEL_TICKS = 5;

/** What an engine is made with. */
export interface EngineSurroundings extends Omit<MediaSurroundings, "devices"> {
  /** Sound cards, loaded when one is first needed; absent: device endpoints fail. */
  devices?: () => Promise<AudioDevices>;
}

export class MediaEngine {
  readonly #around: MediaSurroundings;
  readonly #devices: SharedDevices | undefined;
  readonly #ticker: Ticker;
  readonly #ringer: Ringer;
  readonly #calls = new Map<CallId, CallMedia>();
  /** Of calls that are being closed. */
  readonly #leaving = new Map<CallId, CallMedia>();
  /** Effects of one call run one after the other. */
  readonly #queues = new Map<CallId, Promise<void>>();
  readonly #early = new EarlyGatherings();
  #tellLevels: ((levels: CallLevels[]) => void) | undefined;
  #ticksOfLevels = 0;

  constructor({ devices, ...around }: EngineSurroundings) {
    this.#devices = devices && new SharedDevices(devices);
    this.#around = { ...around, ...(this.#devices && { devices: this.#devices }) };
    this.#ringer = new Ringer(this.#devices, (call, error) => {
      const told = { endpoint: "ringer", error: error.toJSON() } as const;
      around.notify({ type: "EndpointFailed", call, ...told });
    });
    this.#ticker = new Ticker(around.clock, FRAME_MS, (due, skipped) => {
      for (const media of this.#calls.values()) this.#tick(media, due, skipped);
      for (const media of this.#leaving.values()) this.#tick(media, due, skipped);
      this.#ringer.tick();
      this.#devices?.tick();
      this.#readLevels();
    });
  }

  /**
   * Never throws, returns at once; what comes of it is told by inputs.
   * @param port of an AttachAudio: the program's; owned from now on
   */
  perform(effect: MediaEffect, port?: AttachmentPort<FromAttachment>): void {
    const { call } = effect;
    const run = () => this.#run(effect, port).catch((error) => this.#fail(call, error));
    // A close does not wait for an address that is being looked up, or a device that hangs.
    const before = effect.type === "CloseMedia" ? undefined : this.#queues.get(call);
    const done = before === undefined ? run() : before.then(run);
    this.#queues.set(call, done);
    done.then(() => this.#queues.get(call) === done && this.#queues.delete(call));
  }

  /** Tells the levels of the streaming calls ten times a second; undefined: not any more. */
  meter(tell: ((levels: CallLevels[]) => void) | undefined): void {
    this.#tellLevels = tell;
  }

  /**
   * Closes every call; no input but MediaClosed comes from now on.
   * @param finishes whether a tone that is heard of the end of a call is heard out before
   */
  async close(finishes = false): Promise<void> {
    if (finishes) await Promise.all([...this.#leaving.values()].map(({ closed }) => closed));
    const calls = [...this.#calls.keys(), ...this.#leaving.keys()];
    await Promise.all([...calls.map((call) => this.#close(call)), this.#ringer.close()]);
    this.#ticker.stop();
  }

  #readLevels(): void {
    if (this.#tellLevels === undefined || ++this.#ticksOfLevels < LEVEL_TICKS) return;
    this.#ticksOfLevels = 0;
    this.#tellLevels(
      [...this.#calls.values()].filter(({ streaming }) => streaming).map((media) => media.levels()),
    );
  }

  /** A bug in one call's media must not stop the clock of the others. */
  #tick(media: CallMedia, due: number, skipped: number): void {
    try {
      media.tick(due, skipped);
    } catch (error) {
      this.#fail(media.call, error);
    }
  }

  async #run(effect: MediaEffect, port?: AttachmentPort<FromAttachment>): Promise<void> {
    if (effect.type === "OpenMedia") {
      this.#endTones();
      const media = this.#open(effect.call);
      await media.open(effect.endpoints, effect);
      if (media.sounds) this.#ticker.start();
      return;
    }
    if (effect.type === "GatherMedia") {
      const isBegun = this.#calls.has(effect.call);
      if (!isBegun && !this.#early.take(this.#around.clock.now())) return;
      return this.#open(effect.call).gather(effect.ice);
    }
    if (effect.type === "StartRinging") return void this.#ring(effect);
    if (effect.type === "StopRinging") return this.#endRinging(effect.call);
    if (effect.type === "CloseMedia") return this.#close(effect.call, effect.tone);
    const media = this.#calls.get(effect.call);
    if (media === undefined) return port && refuseAttachment(port);
    switch (effect.type) {
      case "StartMedia": {
        const [address] = await Promise.all([
          this.#addressOf(effect.stream),
          media.prepare(effect.stream),
        ]);
        media.start(effect.stream, address, effect);
        if (media.sounds) this.#ticker.start();
        return;
      }
      case "RegatherMedia":
        // Not waited for: it may take two seconds.
        return media.regather(effect.when);
      case "ConfirmMedia":
        return media.confirm();
      case "MuteMedia":
        return media.mute(effect.muted);
      case "SetVolume":
        return media.local.setVolume(effect.volume);
      case "SetSpeech":
        return media.local.setSpeech(effect.speech);
      case "SendDigits":
        return this.#sendDigits(media, effect);
      case "RecordMedia":
        return media.recording.use(effect.path);
      case "PlayTone":
        media.playTone(effect.tone);
        if (media.sounds) this.#ticker.start();
        return;
      case "PauseRecording":
        return media.recording.pause(effect.paused);
      case "UseEndpoints":
        // Not waited for: muting must not wait for a card that wakes up.
        return media.local.use(effect.microphone, effect.speaker);
      case "AttachAudio":
        return port && media.attach(effect.attachment, port, effect);
      case "DetachAudio":
        return media.detach(effect.attachment);
    }
  }

  /** Not waited for: the answer must not wait for a card. A tone of the last call ends. */
  async #ring({ call, ring }: Extract<MediaEffect, { type: "StartRinging" }>): Promise<void> {
    this.#endTones();
    await this.#ringer.start(call, ring);
    if (this.#ringer.sounds) this.#ticker.start();
  }

  async #endRinging(call: CallId): Promise<void> {
    await this.#ringer.stop(call);
    this.#rest();
  }

  /** Who calls again, or is called, does not want to hear of the last call. */
  #endTones(): void {
    for (const media of this.#leaving.values()) void media.close();
  }

  /** What was gathered for a call that rings is its media already. */
  #open(call: CallId): CallMedia {
    const media = this.#calls.get(call) ??
      new CallMedia(call, this.#around, (error) => this.#fail(call, error));
    this.#calls.set(call, media);
    return media;
  }

  /** With ICE, candidates say where the peer is, and a name in its place is never asked for. */
  #addressOf({ ice, remoteAddress }: NegotiatedStream): Promise<string> | string {
    return ice === undefined ? this.#around.sockets.resolve(remoteAddress) : remoteAddress;
  }

  /** Digits that are none are not worth a call: nothing is sent, and that is told. */
  #sendDigits(
    media: CallMedia,
    { call, digits, durationMs, by }: Extract<MediaEffect, { type: "SendDigits" }>,
  ): void {
    try {
      media.sendDigits(digits, durationMs, by);
    } catch {
      this.#around.notify({ type: "DigitsSent", call, digits: "", by });
    }
  }

  /** The call has no media any more, whatever failed; its sockets and endpoints are released. */
  async #fail(call: CallId, thrown: unknown): Promise<void> {
    await this.#remove(call)?.fail(OffhookError.from(thrown));
  }

  /** Who asks for a close gets a MediaClosed, whether there is media or not. */
  async #close(call: CallId, tone?: Tone): Promise<void> {
    const leaving = this.#leaving.get(call);
    if (leaving !== undefined) return leaving.close();
    const media = this.#remove(call) ?? new CallMedia(call, this.#around);
    this.#leaving.set(call, media);
    const closed = media.close(tone);
    if (media.sounds) this.#ticker.start();
    await closed;
    this.#leaving.delete(call);
    this.#rest();
  }

  #remove(call: CallId): CallMedia | undefined {
    const media = this.#calls.get(call);
    this.#calls.delete(call);
    this.#rest();
    return media;
  }

  /** Without anything to be heard, the clock stops. */
  #rest(): void {
    const all = [...this.#calls.values(), ...this.#leaving.values()];
    if (![...all, this.#ringer].some(({ sounds }) => sounds)) this.#ticker.stop();
  }
}
