/** A tone to play and a meter that finds it again, for tests in which sound goes round. */

export class ToneGenerator {
  readonly #step: number;
  readonly #amplitude: number;
  #phase = 0;

  /** @param rate Hz of the samples */
  constructor(frequency: number, rate = 48_000, amplitude = 12_000) {
    this.#step = 2 * Math.PI * frequency / rate;
    this.#amplitude = amplitude;
  }

  fill(into: Int16Array): Int16Array {
    for (let i = 0; i < into.length; i++) {
      into[i] = Math.round(this.#amplitude * Math.sin(this.#phase));
      this.#phase += this.#step;
    }
    return into;
  }
}

/** Peak amplitude of one frequency in a block of samples (Goertzel). */
export function toneAmplitude(samples: Int16Array, frequency: number, rate = 48_000): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * frequency / rate);
  let last = 0;
  let before = 0;
  for (const sample of samples) {
    const value = sample + coefficient * last - before;
    before = last;
    last = value;
  }
  const power = last * last + before * before - coefficient * last * before;
  return 2 * Math.sqrt(Math.max(0, power)) / samples.length;
}

/** Root mean square. */
export function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** Calls `tick` every 20 ms of real time until it returns true or `ms` have passed. */
export async function paced(
  ms: number,
  tick: (elapsed: number) => boolean | void,
): Promise<boolean> {
  const start = performance.now();
  for (let next = start; next - start < ms; next += 20) {
    const wait = next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (tick(performance.now() - start)) return true;
  }
  return false;
}
