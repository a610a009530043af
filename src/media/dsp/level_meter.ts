/** The loudness of the last 100 ms. On the real-time path: no allocation. */

/** Level of silence, dBFS. */
const SILENCE_DBFS = -90;
const FRAMES = 5;

export class LevelMeter {
  readonly #squares = new Float64Array(FRAMES);
  #next = 0;

  /** Takes 20 ms. */
  add(frame: Int16Array): void {
    let sum = 0;
    for (let i = 0; i < frame.length; i++) sum += frame[i]! * frame[i]!;
    this.#squares[this.#next] = sum / frame.length;
    this.#next = (this.#next + 1) % FRAMES;
  }

  /** dBFS, one decimal; a sine of full scale is −3. */
  get dbfs(): number {
    let sum = 0;
    for (const square of this.#squares) sum += square;
    const level = 10 * Math.log10(sum / FRAMES / (32_768 * 32_768));
    return level > SILENCE_DBFS ? Math.round(level * 10) / 10 : SILENCE_DBFS;
  }
}
