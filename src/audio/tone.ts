/** A sine of one frequency as a microphone. On the real-time path. */
import { type AudioSource, FRAME_SAMPLES, GRAPH_RATE } from "./endpoint.ts";

/** Full scale of G.711 in dBm0 (RFC 3551 §4.5.14 counts a sine of full scale as +3.14 for A-law). */
const FULL_SCALE_DBM0 = 3.14;

/** Peak amplitude of a sine in 16-bit units. */
export function amplitudeOf(dbm0: number): number {
  return Math.min(32_767, 32_767 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20));
}

export class ToneSource implements AudioSource {
  readonly #step: number;
  readonly #amplitude: number;
  #phase = 0;
  #started = false;

  /**
   * @param frequency Hz
   * @param level dBm0, +3.14 is full scale
   */
  constructor(frequency: number, level: number) {
    this.#step = (2 * Math.PI * frequency) / GRAPH_RATE;
    this.#amplitude = amplitudeOf(level);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {
    this.#started = true;
  }

  read(into: Int16Array): boolean {
    if (!this.#started) {
      into.fill(0);
      return false;
    }
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      into[i] = Math.round(this.#amplitude * Math.sin(this.#phase + i * this.#step));
    }
    this.#phase = (this.#phase + FRAME_SAMPLES * this.#step) % (2 * Math.PI);
    return true;
  }

  close(): Promise<void> {
    this.#started = false;
    return Promise.resolve();
  }
}
