/**
 * The person's end of a call: where our sound comes from, and where theirs goes.
 *
 *     microphone ─► speech filters ─► speak   hear ─► tones ─► volume ─► speaker
 *                                                └──► echo, where that is the microphone
 *
 * Opening, exchanging and closing wait for files and devices; what a tick calls is on the real-time
 * path and does not.
 */
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  createSink,
  createSource,
  EchoSource,
  type EndpointEvents,
  FRAME_MS,
  FRAME_SAMPLES,
  loadResampler,
} from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  LAST_TONE_MS,
  type SpeechPart,
  type SpeechSettings,
  type Tone,
} from "../../core/media/mod.ts";
import type { FilterTimes, LiveEndpoint, Microphone, Speaker } from "../../core/ports/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import { type Filter, SILENCE, SpeakerVolume } from "../dsp/mod.ts";
import { Speech } from "../speech/mod.ts";
import { CallTones } from "../tones/mod.ts";
import { LiveSink } from "./live_sink.ts";
import { LiveSource } from "./live_source.ts";
import type { Party } from "./party.ts";

export interface LocalEvents {
  failed(endpoint: LiveEndpoint, error: OffhookError): void;
  restored(endpoint: LiveEndpoint): void;
  microphoneEnded(): void;
  /** What was switched on cannot be had: the call goes on without it. */
  speechFailed(part: SpeechPart, error: OffhookError): void;
}

/** Silence for a stall, frames: ten seconds. A machine that was suspended leaves no hours of it. */
const MOST_SKIPPED = 500;
/** Frames that a card may take to give its first sound before the former microphone is left. */
const WAKING_FRAMES = 10;

export class LocalParty implements Party {
  readonly #devices: AudioDevices | undefined;
  readonly #tell: LocalEvents;
  readonly #source = new LiveSource();
  readonly #sink = new LiveSink();
  readonly #spoken = new Int16Array(FRAME_SAMPLES);
  readonly #played = new Int16Array(FRAME_SAMPLES);
  readonly #volume = new SpeakerVolume();
  /** Beside what the far end says. */
  readonly tones = new CallTones();
  readonly #speech: Speech;
  readonly #speakerFilters: readonly Filter[];
  #echo: EchoSource | undefined;
  /** Whether the microphone waits for the answer. */
  #waitsForAnswer = false;
  #answered = false;
  /** Sound runs. */
  #runs = false;
  #closed = false;
  /** Whether sound comes from a card, and for how many frames in a row that has given none at all. */
  #isCard = false;
  #soundless = 0;
  #isFile = false;
  /** Frames of the last tone that are left, and who waits for its end. */
  #last: { frames: number; over: () => void } | undefined;
  /** Endpoints that do not work at present. */
  readonly #broken = new Set<LiveEndpoint>();
  /** Exchanges that are under way, one after the other; never rejects. */
  #exchanges: Promise<void> = Promise.resolve();

  /**
   * @param devices sound cards; absent: device endpoints fail with `device-failed`
   * @param clock by which the time of the filters is taken
   */
  constructor(
    devices: AudioDevices | undefined,
    tell: LocalEvents,
    clock: Pick<Clock, "now">,
  ) {
    this.#devices = devices;
    this.#tell = tell;
    this.#speech = new Speech(clock, {
      failed: tell.speechFailed,
      cancelEcho: (on) => devices?.cancelEcho(on) ?? Promise.resolve(),
    });
    this.#speakerFilters = [this.tones, this.#volume, ...this.#speech.speaker];
  }

  /** @throws OffhookError what an endpoint says; `close` then */
  async open(microphone: Microphone, speaker: Speaker): Promise<void> {
    const source = createSource(microphone, this.#devices);
    const sink = createSink(speaker, this.#devices);
    this.#source.begin(source);
    this.#sink.begin(sink);
    this.#waitsForAnswer = waitsForAnswer(microphone);
    this.#isCard = microphone.kind === "device";
    this.#isFile = speaker.kind === "file";
    this.#speech.listenTo(microphone);
    this.#listenTo(source);
    const openSink = () => sink.open(this.#eventsOf("speaker"));
    // A file that is written comes last: a call that cannot be leaves none behind, and spoils none.
    const writes = speaker.kind === "file";
    try {
      await allOf([
        loadResampler(),
        source.open(this.#eventsOf("microphone")),
        ...(writes ? [] : [openSink()]),
      ]);
      if (writes) await openSink();
    } finally {
      // What came to be open after the call was closed is closed again.
      if (this.#closed) await Promise.all([source.close(), sink.close()]);
    }
  }

  /** Sound runs from now on; a file or pipe only from the answer on. */
  start(answered: boolean): void {
    this.#runs = true;
    this.#sink.start();
    if (answered) this.#answered = true;
    this.#startSource();
  }

  /** The person listens: there is a tone, and no stream yet. */
  listen(): void {
    this.#sink.start();
  }

  /** As many frames as the speaker wants of nothing but the tone. */
  hearTone(): void {
    for (let frames = this.frames(); frames > 0; frames--) this.hear(SILENCE);
    if (this.#last === undefined) return;
    this.#last.frames--;
    // It fades away.
    if (this.#last.frames === 1) this.tones.play(null);
    else if (this.#last.frames === 0) this.hush();
  }

  /** Whether what is heard is kept in a file, which has no time but that of its samples. */
  get isFile(): boolean {
    return this.#isFile;
  }

  /** Ticks never came: a file has silence for them, within reason. */
  skip(ticks: number): void {
    for (let left = this.#isFile ? Math.min(ticks, MOST_SKIPPED) : 0; left > 0; left--) {
      this.hear(SILENCE);
    }
  }

  /** Whether a tone is heard of a call that is over. */
  get playsLast(): boolean {
    return this.#last !== undefined;
  }

  /**
   * Plays a tone that tells how the call ended, unless the far end has told it. Never rejects.
   * @returns after three seconds at most: a file has it at once
   */
  async playLast(tone: Tone): Promise<void> {
    if (this.#broken.has("speaker") || this.tones.isFarHeard) return;
    this.listen();
    this.tones.play(tone);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = { frames: LAST_TONE_MS / FRAME_MS, over: resolve };
    // Nobody is heard any more.
    const closed = this.#source.close();
    while (this.#isFile && this.playsLast) this.hearTone();
    await Promise.all([promise, closed]);
  }

  /** Ends the last tone. */
  hush(): void {
    this.#last?.over();
    this.#last = undefined;
  }

  /** How long a card has given nothing but zeros, ms; undefined: the microphone is none. */
  get microphoneSilentMs(): number | undefined {
    return this.#isCard ? this.#soundless * FRAME_MS : undefined;
  }

  frames(): 0 | 1 | 2 {
    return this.#sink.frames();
  }

  speak(): Int16Array {
    this.#source.read(this.#spoken);
    if (this.#isCard) this.#soundless = isSilent(this.#spoken) ? this.#soundless + 1 : 0;
    pass(this.#speech.microphone, this.#spoken);
    return this.#spoken;
  }

  hear(mix: Int16Array): void {
    this.#echo?.hear(mix);
    this.#played.set(mix);
    pass(this.#speakerFilters, this.#played);
    this.#sink.write(this.#played);
  }

  /** @param volume dB of what the speaker gets */
  setVolume(volume: number): void {
    this.#volume.set(volume);
  }

  /** @param settings what the microphone's sound passes from now on */
  setSpeech(settings: SpeechSettings): void {
    this.#speech.use(settings);
  }

  /** How long the filters took that are or were on. */
  get filterTimes(): FilterTimes[] {
    return this.#speech.times;
  }

  /**
   * Goes over to other endpoints as soon as they are open. One that cannot be opened changes nothing;
   * each is told about as `restored` or `failed`.
   */
  use(microphone: Microphone | undefined, speaker: Speaker | undefined): void {
    this.#exchanges = this.#exchanges.then(async () => {
      if (microphone !== undefined) {
        await this.#exchange("microphone", () => this.#useMicrophone(microphone));
      }
      if (speaker !== undefined) await this.#exchange("speaker", () => this.#useSpeaker(speaker));
    });
  }

  /** Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#speech.close();
    await Promise.all([this.#source.close(), this.#sink.close()]);
  }

  async #useMicrophone(microphone: Microphone): Promise<void> {
    const source = createSource(microphone, this.#devices);
    await this.#openNext(source, "microphone");
    if (this.#closed) return;
    this.#waitsForAnswer = waitsForAnswer(microphone);
    this.#isCard = microphone.kind === "device";
    this.#soundless = 0;
    this.#speech.listenTo(microphone);
    this.#source.use(source, microphone.kind === "device" ? WAKING_FRAMES : 0);
    this.#listenTo(source);
    this.#startSource();
  }

  #startSource(): void {
    if (this.#runs && (this.#answered || !this.#waitsForAnswer)) this.#source.start();
  }

  async #useSpeaker(speaker: Speaker): Promise<void> {
    const sink = createSink(speaker, this.#devices);
    await this.#openNext(sink, "speaker");
    if (this.#closed) return;
    this.#isFile = speaker.kind === "file";
    this.#sink.use(sink);
  }

  /** Opens what is to take over. @throws OffhookError; closed then */
  async #openNext(next: AudioSource | AudioSink, endpoint: LiveEndpoint): Promise<void> {
    await loadResampler();
    await next.open(this.#eventsOf(endpoint));
    if (this.#closed) await next.close();
  }

  async #exchange(endpoint: LiveEndpoint, run: () => Promise<void>): Promise<void> {
    const wasBroken = this.#broken.has(endpoint);
    try {
      await run();
      this.#broken.delete(endpoint);
    } catch (error) {
      this.#tell.failed(endpoint, OffhookError.from(error));
      if (wasBroken) return;
    }
    // Also after a failure: the former one works as before.
    this.#tell.restored(endpoint);
  }

  #listenTo(source: AudioSource): void {
    this.#echo = source instanceof EchoSource ? source : undefined;
  }

  #eventsOf(endpoint: LiveEndpoint): EndpointEvents {
    return {
      failed: (error) => {
        this.#broken.add(endpoint);
        this.#tell.failed(endpoint, error);
      },
      restored: () => {
        this.#broken.delete(endpoint);
        this.#tell.restored(endpoint);
      },
      ended: () => this.#tell.microphoneEnded(),
    };
  }
}

/** A microphone that works has noise: at the first sample it is known, most often. */
function isSilent(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i] !== 0) return false;
  return true;
}

function pass(filters: readonly Filter[], frame: Int16Array): void {
  for (let i = 0; i < filters.length; i++) filters[i]!.apply(frame);
}

function waitsForAnswer({ kind }: Microphone): boolean {
  return kind === "file" || kind === "pipe";
}

/** Waits for every one, also when one fails. @throws what the first that failed was rejected with */
async function allOf(opening: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(opening);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
