/**
 * The gain of what the person hears. A change goes over one frame, so that it does not click; what
 * exceeds 16 bits stays at the limit. On the real-time path: nothing is allocated.
 */
import { FRAME_SAMPLES } from "../../audio/mod.ts";

const MOST = 0x7fff;
const LEAST = -0x8000;

export class SpeakerVolume {
  readonly #louder = new Int16Array(FRAME_SAMPLES);
  #gain = 1;
  #target = 1;

  /** @param volume dB, from the next frame on */
  set(volume: number): void {
    this.#target = 10 ** (volume / 20);
  }

  /** @returns `frame`, or one that is valid until the next call; `frame` stays as it is */
  over(frame: Int16Array): Int16Array {
    if (this.#gain === 1 && this.#target === 1) return frame;
    const { length } = frame;
    const rise = (this.#target - this.#gain) / length;
    for (let i = 0; i < length; i++) {
      const sample = frame[i]! * (this.#gain + rise * (i + 1));
      this.#louder[i] = sample > MOST ? MOST : sample < LEAST ? LEAST : sample;
    }
    this.#gain = this.#target;
    return this.#louder;
  }
}
