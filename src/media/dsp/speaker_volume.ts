/**
 * The gain of what the person hears. A change goes over one frame, so that it does not click; what
 * exceeds 16 bits stays at the limit. On the real-time path: nothing is allocated.
 */
import type { Filter } from "./filter.ts";

const MOST = 0x7fff;
const LEAST = -0x8000;

export class SpeakerVolume implements Filter {
  #gain = 1;
  #target = 1;

  /** @param volume dB, from the next frame on */
  set(volume: number): void {
    this.#target = 10 ** (volume / 20);
  }

  apply(frame: Int16Array): void {
    if (this.#gain === 1 && this.#target === 1) return;
    const { length } = frame;
    const rise = (this.#target - this.#gain) / length;
    for (let i = 0; i < length; i++) {
      const sample = frame[i]! * (this.#gain + rise * (i + 1));
      frame[i] = sample > MOST ? MOST : sample < LEAST ? LEAST : sample;
    }
    this.#gain = this.#target;
  }
}
