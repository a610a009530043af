/**
 * A program that has joined a call's sound, on the media thread: a party that says what comes on a port.
 *
 *     port ──said──► resample ──► ring (200 ms) ──speak()──► bridge
 *     bridge ──hear()──► resample ──► queue (100 ms) ──► at most 100 ms on the port
 *
 * A ring that ran dry plays again when a little has gathered, so that a program that sends in real
 * time does not stutter; a short rest that nothing follows is played all the same. `hear` and
 * `speak` are on the real-time path: they never wait.
 */
import { FRAME_MS, FRAME_SAMPLES, GRAPH_RATE, Resampler, SampleRing } from "../../audio/mod.ts";
import {
  ATTACHMENT_MS,
  type AttachmentPort,
  type FromAttachment,
  type ToAttachment,
} from "../attachment/mod.ts";
import type { Party } from "./party.ts";

/** Frames on the port that the program has not taken yet, and those that wait behind them. */
const ON_THE_PORT = 5;
const IN_THE_QUEUE = ATTACHMENT_MS / FRAME_MS - ON_THE_PORT;
/** Samples that gather before a ring that ran dry plays again: two frames. */
const ENOUGH = 2 * FRAME_SAMPLES;
/** Ticks after which less than that is played too. */
const WAIT_TICKS = 3;
/** More than may be said at a time: what is on its way through the resampler. */
const RING_MS = ATTACHMENT_MS + 50;

export class Attachment implements Party {
  /** Whether the microphone is not heard beside it. */
  readonly instead: boolean;
  readonly #rate: number;
  readonly #port: AttachmentPort<FromAttachment>;
  readonly #toGraph: Resampler;
  readonly #fromGraph: Resampler;
  readonly #ring = new SampleRing((GRAPH_RATE * RING_MS) / 1000);
  readonly #graphSamples: Int16Array;
  readonly #outSamples: Int16Array;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #queue: Int16Array[] = [];
  #onThePort = 0;
  #flows = false;
  #waited = 0;
  /** Samples of the graph that were played, and of the program that it was told about. */
  #played = 0;
  #told = 0;
  #lost = 0;

  /**
   * @param port owned from now on
   * @param rate of the program's samples, both ways, Hz
   * @throws OffhookError `internal` for rates that cannot be converted; the port stays the caller's
   */
  constructor(port: AttachmentPort<FromAttachment>, rate: number, instead: boolean) {
    this.instead = instead;
    this.#rate = rate;
    this.#port = port;
    const window = Math.floor((rate * ATTACHMENT_MS) / 1000);
    this.#toGraph = new Resampler(rate, GRAPH_RATE);
    this.#fromGraph = new Resampler(GRAPH_RATE, rate);
    this.#graphSamples = new Int16Array(this.#toGraph.outputBound(window));
    this.#outSamples = new Int16Array(this.#fromGraph.outputBound(FRAME_SAMPLES));
    port.onmessage = ({ data }: MessageEvent<ToAttachment>) => this.#receive(data, window);
    this.#post({ type: "room", samples: window });
  }

  hear(frame: Int16Array): void {
    const count = this.#fromGraph.process(frame, this.#outSamples);
    if (this.#queue.length === IN_THE_QUEUE) this.#lost += this.#queue.shift()!.length;
    this.#queue.push(this.#outSamples.slice(0, count));
    this.#flush();
  }

  /** The next 20 ms of the program, or what there is of them. */
  speak(): Int16Array {
    const count = this.#mayPlay() ? this.#ring.read(this.#frame) : 0;
    this.#frame.fill(0, count);
    if (this.#ring.length === 0) this.#flows = false;
    if (count > 0) this.#tellRoom(count);
    return this.#frame;
  }

  /** Says goodbye. Idempotent. */
  close(): void {
    this.#post({ type: "ended", losses: { heard: this.#lost } });
    this.#port.onmessage = null;
    this.#port.close();
    this.#toGraph.free();
    this.#fromGraph.free();
    this.#queue.length = 0;
  }

  #mayPlay(): boolean {
    const { length } = this.#ring;
    if (length === 0) return this.#flows = false;
    if (this.#flows) return true;
    if (length < ENOUGH && ++this.#waited < WAIT_TICKS) return false;
    this.#waited = 0;
    return this.#flows = true;
  }

  /** Room is told as it becomes free, exact in the long run. */
  #tellRoom(count: number): void {
    this.#played += count;
    const free = Math.floor((this.#played * this.#rate) / GRAPH_RATE) - this.#told;
    if (free === 0) return;
    this.#told += free;
    this.#post({ type: "room", samples: free });
  }

  #receive(message: ToAttachment, window: number): void {
    if (message.type === "taken") {
      this.#onThePort = Math.max(0, this.#onThePort - message.frames);
      this.#flush();
      return;
    }
    // Who keeps to the room that it was given says no more than this at a time.
    const samples = message.samples.subarray(0, window);
    const count = this.#toGraph.process(samples, this.#graphSamples);
    this.#ring.write(this.#graphSamples.subarray(0, count));
  }

  #flush(): void {
    while (this.#onThePort < ON_THE_PORT && this.#queue.length > 0) {
      const samples = this.#queue.shift()!;
      this.#onThePort++;
      this.#post({ type: "heard", samples }, samples);
    }
  }

  #post(message: FromAttachment, samples?: Int16Array): void {
    this.#port.postMessage(message, samples === undefined ? [] : [samples.buffer as ArrayBuffer]);
  }
}
