/**
 * DTMF as sound (ITU-T Q.23), for peers without telephone-events. On the real-time path.
 */
import { amplitudeOf, GRAPH_RATE } from "../../audio/mod.ts";
import { frequenciesOf } from "./digits.ts";

/** Levels of the two groups, dBm0: the high one 2 dB above, as Q.23 networks expect. */
const LOW_DBM0 = -9;
const HIGH_DBM0 = -7;
/** Soft edges against clicks, samples: 2 ms. */
const RAMP = 96;

export class ToneGenerator {
  readonly #low = amplitudeOf(LOW_DBM0);
  readonly #high = amplitudeOf(HIGH_DBM0);

  /**
   * Fills `into` with a part of a digit.
   *
   * @param into at 48 kHz, the caller's
   * @param offset samples of this digit before this part
   * @param last whether the digit ends with this part
   */
  generate(digit: string, offset: number, last: boolean, into: Int16Array): void {
    const [low, high] = frequenciesOf(digit);
    const lowStep = (2 * Math.PI * low) / GRAPH_RATE;
    const highStep = (2 * Math.PI * high) / GRAPH_RATE;
    for (let i = 0; i < into.length; i++) {
      const at = offset + i;
      const left = last ? into.length - i : RAMP;
      const ramp = Math.min(1, (at + 1) / RAMP, left / RAMP);
      into[i] = Math.round(
        ramp * (this.#low * Math.sin(at * lowStep) + this.#high * Math.sin(at * highStep)),
      );
    }
  }
}
