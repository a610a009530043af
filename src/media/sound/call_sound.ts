/**
 * Where a call's sound comes from and goes to: endpoints, the recording, programs that have joined.
 *
 *     decoded frame ──play()──► speaker (at its volume), echo, every attachment
 *     microphone, every attachment ──microphone()──► frame to be sent
 *     both ──keep()──► recording
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
  FRAME_SAMPLES,
  loadResampler,
} from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type {
  AttachmentId,
  AudioEndpoints,
  EndpointName,
  LiveEndpoint,
  Microphone,
  Speaker,
} from "../../core/ports/mod.ts";
import { Attachment } from "./attachment.ts";
import { type AttachmentPort, type FromAttachment, refuseAttachment } from "../attachment/mod.ts";
import { LiveSink } from "./live_sink.ts";
import { LiveSource } from "./live_source.ts";
import { Recording } from "./recording.ts";
import { SpeakerVolume, WaitingTone } from "../dsp/mod.ts";

export interface SoundEvents {
  failed(endpoint: EndpointName, error: OffhookError): void;
  restored(endpoint: LiveEndpoint): void;
  microphoneEnded(): void;
  /** What was asked for the recording is done. */
  recordingSettled(): void;
}

/** Frames that a card may take to give its first sound before the former microphone is left. */
const WAKING_FRAMES = 10;

export class CallSound {
  readonly #devices: (() => Promise<AudioDevices>) | undefined;
  readonly #tell: SoundEvents;
  readonly #source = new LiveSource();
  readonly #sink = new LiveSink();
  readonly #recording: Recording;
  readonly #attachments = new Map<AttachmentId, Attachment>();
  readonly #microphone = new Int16Array(FRAME_SAMPLES);
  readonly #speaker = new Int16Array(FRAME_SAMPLES);
  readonly #volume = new SpeakerVolume();
  #echo: EchoSource | undefined;
  /** While another call rings. */
  #waiting: WaitingTone | undefined;
  /** Whether the microphone waits for the answer. */
  #waitsForAnswer = false;
  #answered = false;
  /** The stream has been started. */
  #runs = false;
  #closed = false;
  /** Endpoints that do not work at present. */
  readonly #broken = new Set<EndpointName>();
  /** Exchanges that are under way, one after the other; never rejects. */
  #exchanges: Promise<void> = Promise.resolve();

  /** @param devices sound cards; absent: device endpoints fail with `device-failed` */
  constructor(devices: (() => Promise<AudioDevices>) | undefined, tell: SoundEvents) {
    this.#devices = devices;
    this.#tell = tell;
    this.#recording = new Recording({
      settled: () => tell.recordingSettled(),
      failed: (error) => tell.failed("record", error),
    });
  }

  /** @throws OffhookError what an endpoint says; `close` then */
  async open({ microphone, speaker, record }: AudioEndpoints): Promise<void> {
    const devices = await this.#devicesFor(microphone, speaker);
    const source = createSource(microphone, devices);
    const sink = createSink(speaker, devices);
    this.#source.begin(source);
    this.#sink.begin(sink);
    this.#waitsForAnswer = waitsForAnswer(microphone);
    this.#listenTo(source);
    const openSink = () => sink.open(this.#eventsOf("speaker"));
    const writes = speaker.kind === "file";
    try {
      await allOf([
        loadResampler(),
        source.open(this.#eventsOf("microphone")),
        ...(writes ? [] : [openSink()]),
      ]);
      // Files that are written come last: a call that cannot be leaves none behind, and spoils none.
      await allOf([
        ...(writes ? [openSink()] : []),
        ...(record === undefined ? [] : [this.#recording.open(record)]),
      ]);
    } finally {
      // What came to be open after the call was closed is closed again.
      if (this.#closed) await Promise.all([source.close(), sink.close(), this.#recording.close()]);
    }
  }

  /** Sound runs from now on; a file or pipe only from the answer on. */
  start(answered: boolean): void {
    this.#runs = true;
    this.#sink.start();
    if (answered) this.#answered = true;
    this.#startSource();
  }

  /**
   * Plays what is due.
   *
   * @param pull fills a frame with the far end's next 20 ms
   */
  play(pull: (into: Int16Array) => void): void {
    const frames = this.#sink.frames();
    if (frames === 0) this.#speaker.fill(0);
    for (let i = 0; i < frames; i++) {
      pull(this.#speaker);
      this.#sink.write(this.#volume.over(this.#waiting?.over(this.#speaker) ?? this.#speaker));
      for (const attachment of this.#attachments.values()) attachment.hear(this.#speaker);
    }
    this.#echo?.hear(this.#speaker);
  }

  /** @returns the next 20 ms to be sent; valid until the next call */
  microphone(): Int16Array {
    const frame = this.#microphone;
    this.#source.read(frame);
    for (const { instead } of this.#attachments.values()) if (instead) frame.fill(0);
    for (const attachment of this.#attachments.values()) attachment.mixInto(frame);
    return frame;
  }

  /** Records what was sent beside what was played last. */
  keep(sent: Int16Array): void {
    this.#recording.write(sent, this.#speaker);
  }

  /** Begins a recording, or ends the one that runs; how that went is told. */
  record(path: string | null): void {
    if (path === null) this.#recording.end();
    else this.#recording.begin(path);
  }

  signalWaiting(on: boolean): void {
    this.#waiting = on ? new WaitingTone() : undefined;
  }

  /** @param volume dB of what the speaker gets */
  setVolume(volume: number): void {
    this.#volume.set(volume);
  }

  pauseRecording(paused: boolean): void {
    this.#recording.pause(paused);
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

  /** @param port owned from now on */
  attach(
    id: AttachmentId,
    port: AttachmentPort<FromAttachment>,
    { rate, instead }: { rate: number; instead: boolean },
  ): void {
    this.detach(id);
    try {
      this.#attachments.set(id, new Attachment(port, rate, instead));
    } catch {
      // A rate that cannot be converted: refused at the API; here it is no worse than an early end.
      refuseAttachment(port);
    }
  }

  detach(id: AttachmentId): void {
    this.#attachments.get(id)?.close();
    this.#attachments.delete(id);
  }

  /** Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#attachments.keys()]) this.detach(id);
    await Promise.all([this.#source.close(), this.#sink.close(), this.#recording.close()]);
  }

  async #useMicrophone(microphone: Microphone): Promise<void> {
    const source = createSource(microphone, await this.#devicesFor(microphone));
    await this.#openNext(source, "microphone");
    if (this.#closed) return;
    this.#waitsForAnswer = waitsForAnswer(microphone);
    this.#source.use(source, microphone.kind === "device" ? WAKING_FRAMES : 0);
    this.#listenTo(source);
    this.#startSource();
  }

  #startSource(): void {
    if (this.#runs && (this.#answered || !this.#waitsForAnswer)) this.#source.start();
  }

  async #useSpeaker(speaker: Speaker): Promise<void> {
    const sink = createSink(speaker, await this.#devicesFor(speaker));
    await this.#openNext(sink, "speaker");
    if (!this.#closed) this.#sink.use(sink);
  }

  /** Opens what is to take over. @throws OffhookError; closed then */
  async #openNext(
    next: AudioSource | AudioSink,
    endpoint: LiveEndpoint,
  ): Promise<void> {
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

  async #devicesFor(...endpoints: { kind: string }[]): Promise<AudioDevices | undefined> {
    return endpoints.some(({ kind }) => kind === "device") ? await this.#devices?.() : undefined;
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

function waitsForAnswer({ kind }: Microphone): boolean {
  return kind === "file" || kind === "pipe";
}

/** Waits for every one, also when one fails. @throws what the first that failed was rejected with */
async function allOf(opening: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(opening);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
