/**
 * Brings a voice to one loudness (AGC): −20 dBFS in its vowels. Turned up slowly, and only while this
 * voice is heard and the far end is not, so that neither a pause nor an echo is made loud; a limiter
 * catches the peaks.
 *
 *     vowel? ─► its level ─► wanted gain ─► 6 dB/s up, 20 dB/s down ─► limiter, 2 ms late
 *
 * On the real-time path: nothing is allocated.
 */
import { FRAME_SAMPLES } from "../../audio/mod.ts";
import type { Filter } from "./filter.ts";
import { Limiter } from "./limiter.ts";
import { VoiceActivity } from "./voice_activity.ts";

/** dBFS of a vowel. */
const TARGET = -20;
/** dB. */
const MOST_GAIN = 18;
const LEAST_GAIN = -12;
/** dB a frame. */
const RISE = 0.12;
const FALL = 0.4;
/** Share of a new vowel in the level. */
const SMOOTHING = 0.15;

export class GainControl implements Filter {
  readonly #voice = new VoiceActivity();
  readonly #far: () => boolean;
  readonly #limiter = new Limiter();
  readonly #sum = new Int32Array(FRAME_SAMPLES);
  /** Gain, dB; level of vowels, dBFS; gain at the end of the frame before, a factor. */
  readonly #state = Float64Array.of(0, TARGET, 1);

  /** @param far whether the far end speaks */
  constructor(far: () => boolean) {
    this.#far = far;
  }

  /** Another microphone: what was learned of the one before is wrong. */
  reset(): void {
    this.#voice.reset();
    this.#limiter.reset();
    this.#state.set([0, TARGET, 1]);
  }

  apply(frame: Int16Array): void {
    this.#voice.add(frame);
    if (this.#voice.isVowel) this.#follow(this.#voice.level);
    const before = this.#state[2]!;
    const after = 10 ** (this.#state[0]! / 20);
    const rise = (after - before) / frame.length;
    for (let i = 0; i < frame.length; i++) {
      this.#sum[i] = Math.round(frame[i]! * (before + rise * (i + 1)));
    }
    this.#state[2] = after;
    this.#limiter.process(this.#sum, frame);
  }

  #follow(vowel: number): void {
    const gain = this.#state[0]!;
    const level = this.#state[1]! + (vowel - this.#state[1]!) * SMOOTHING;
    const wanted = Math.min(MOST_GAIN, Math.max(LEAST_GAIN, TARGET - level));
    const rise = this.#far() ? 0 : RISE;
    this.#state[0] = gain + Math.min(rise, Math.max(-FALL, wanted - gain));
    this.#state[1] = level;
  }
}
