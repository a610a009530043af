/** The loudness of the last 100 ms. On the real-time path: no allocation. */

/** Level of silence, dBFS. */
const SILENCE_DBFS = -90;
const FRAMES = 5;

export class LevelMeter {
  readonly #squares = new Float64Array(FRAMES);
  #next = 0;

  /** Takes 20 ms. */
  add(frame: Int16Array): void {
    this.#squares[this.#next] = meanSquare(frame);
    this.#next = (this.#next + 1) % FRAMES;
  }

  /** dBFS, one decimal; a sine of full scale is −3. */
  get dbfs(): number {
    let sum = 0;
    for (const square of this.#squares) sum += square;
    return Math.round(dbfsOf(sum / FRAMES) * 10) / 10;
  }
}

/** Level of one frame, dBFS. */
export function levelOf(frame: Int16Array): number {
  return dbfsOf(meanSquare(frame));
}

function meanSquare(frame: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < frame.length; i++) sum += frame[i]! * frame[i]!;
  return sum / frame.length;
}

function dbfsOf(square: number): number {
  return Math.max(SILENCE_DBFS, 10 * Math.log10(square / (32_768 * 32_768)));
}
