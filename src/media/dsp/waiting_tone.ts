/**
 * The call-waiting tone of ITU-T E.180 §10: 425 Hz, 300 ms in every ten seconds, soft enough to talk
 * on. Only the person's own speaker gets it. On the real-time path.
 */
import { FRAME_MS, FRAME_SAMPLES, ToneSource } from "../../audio/mod.ts";
import type { Filter } from "./filter.ts";
import { addSaturating } from "./mixing.ts";

const FREQUENCY = 425;
const LEVEL_DBM0 = -20;
const TONE_FRAMES = 300 / FRAME_MS;
const PERIOD_FRAMES = 10_000 / FRAME_MS;

export class WaitingTone implements Filter {
  readonly #toneFrame = new Int16Array(FRAME_SAMPLES);
  #tone: ToneSource | undefined;
  #frame = 0;

  /** Begins, or ends. */
  signal(on: boolean): void {
    this.#tone = on ? new ToneSource(FREQUENCY, LEVEL_DBM0) : undefined;
    this.#tone?.start();
    this.#frame = 0;
  }

  apply(frame: Int16Array): void {
    if (this.#tone === undefined) return;
    const sounds = this.#frame < TONE_FRAMES;
    this.#frame = (this.#frame + 1) % PERIOD_FRAMES;
    if (!sounds) return;
    this.#tone.read(this.#toneFrame);
    addSaturating(frame, this.#toneFrame);
  }
}
