/**
 * How long sound that is played has been digital silence: frames without any movement, as a muted phone
 * sends them. The quietest room moves. On the real-time path; time is passed in.
 */

/** Steps between the highest and the lowest sample that codecs make of nothing: G.722 up to 7. */
const STILL = 8;

export class DigitalSilence {
  #since: number | undefined;

  /** @param frame of sound that was sent, not made up */
  add(frame: Int16Array, now: number): void {
    if (!isStill(frame)) this.#since = undefined;
    else this.#since ??= now;
  }

  /** ms; undefined: the last frame was none. */
  lasts(now: number): number | undefined {
    return this.#since === undefined ? undefined : Math.round(now - this.#since);
  }
}

function isStill(frame: Int16Array): boolean {
  let [least, most] = [frame[0]!, frame[0]!];
  for (let at = 1; at < frame.length; at++) {
    const sample = frame[at]!;
    if (sample < least) least = sample;
    else if (sample > most) most = sample;
    if (most - least > STILL) return false;
  }
  return true;
}
