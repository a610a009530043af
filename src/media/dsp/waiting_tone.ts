/**
 * The call-waiting tone of ITU-T E.180 §10: 425 Hz, 300 ms in every ten seconds, soft enough to talk
 * on. Only the person's own speaker gets it. On the real-time path.
 */
import { FRAME_MS, FRAME_SAMPLES, ToneSource } from "../../audio/mod.ts";
import { addSaturating } from "./mixing.ts";

const FREQUENCY = 425;
const LEVEL_DBM0 = -20;
const TONE_FRAMES = 300 / FRAME_MS;
const PERIOD_FRAMES = 10_000 / FRAME_MS;

export class WaitingTone {
  readonly #tone = new ToneSource(FREQUENCY, LEVEL_DBM0);
  readonly #toneFrame = new Int16Array(FRAME_SAMPLES);
  readonly #mixed = new Int16Array(FRAME_SAMPLES);
  #frame = 0;

  constructor() {
    this.#tone.start();
  }

  /** @returns `frame`, or a mixture that is valid until the next call; `frame` stays as it is */
  over(frame: Int16Array): Int16Array {
    const sounds = this.#frame < TONE_FRAMES;
    this.#frame = (this.#frame + 1) % PERIOD_FRAMES;
    if (!sounds) return frame;
    this.#tone.read(this.#toneFrame);
    this.#mixed.set(frame);
    addSaturating(this.#mixed, this.#toneFrame);
    return this.#mixed;
  }
}
