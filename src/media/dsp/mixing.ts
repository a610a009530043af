/**
 * Arithmetic on whole frames: cutting a sum of sounds, and going from one sound to another without a
 * click. On the real-time path: nothing is allocated.
 */

const MOST = 0x7fff;
const LEAST = -0x8000;

/** Cuts what exceeds 16 bits. */
export function saturate(sum: Int32Array, into: Int16Array): void {
  for (let i = 0; i < sum.length; i++) {
    const sample = sum[i]!;
    into[i] = sample > MOST ? MOST : sample < LEAST ? LEAST : sample;
  }
}

/**
 * Goes from one sound to another within one frame, in a straight line.
 *
 * @param frame the sound that ends; becomes the mixture
 * @param next the sound that begins, of the same length
 */
export function crossfade(frame: Int16Array, next: Int16Array): void {
  const { length } = frame;
  for (let i = 0; i < length; i++) {
    frame[i] = (frame[i]! * (length - i) + next[i]! * i) / length;
  }
}

/** An end without a click for a sound that stops: its last 20 ms backwards, falling to silence. */
export function turnBack(frame: Int16Array): void {
  const { length } = frame;
  for (let i = 0, k = length - 1; i <= k; i++, k--) {
    const last = frame[k]!;
    frame[k] = (frame[i]! * (length - k)) / length;
    frame[i] = (last * (length - i)) / length;
  }
}

/** `frame`, rising from silence (`in`) or falling to it (`out`), into a frame of the same length. */
export function faded(frame: Int16Array, way: "in" | "out", into: Int16Array): Int16Array {
  const { length } = frame;
  for (let i = 0; i < length; i++) {
    into[i] = (frame[i]! * (way === "in" ? i : length - i)) / length;
  }
  return into;
}
