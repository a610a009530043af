/**
 * Makes a tone that comes and goes. Every part of it begins and ends within 5 ms, without a click.
 * On the real-time path: nothing is allocated in `addTo`.
 */
import { amplitudeOf, GRAPH_RATE } from "../../audio/mod.ts";
import type { Cadence } from "./countries.ts";

const EDGE_SAMPLES = (GRAPH_RATE * 5) / 1000;
const MOST = 0x7fff;

interface Partial {
  /** Radians a sample. */
  step: number;
  amplitude: number;
}

export class CadencePlayer {
  readonly #partials: readonly Partial[];
  /** Samples of the parts, on and off by turns. */
  readonly #parts: readonly number[];
  #part = 0;
  /** Samples that were played of the part, and of them all: the phase goes on over the pauses. */
  #at = 0;
  #played = 0;
  /** 0 to 1, with which it is heard. */
  #gain = 0;
  #ends = false;

  /** @param level of all frequencies together, dBm0 */
  constructor([hertz, ...ms]: Cadence, level: number) {
    this.#partials = partialsOf(hertz, amplitudeOf(level));
    this.#parts = ms.map((part) => (GRAPH_RATE * part) / 1000);
  }

  /** It has faded away after `end`. */
  get isOver(): boolean {
    return this.#ends && this.#gain === 0;
  }

  /** Ends softly. */
  end(): void {
    this.#ends = true;
  }

  /** Adds the next samples to a frame at 48 kHz. */
  addTo(frame: Int16Array): void {
    for (let i = 0; i < frame.length; i++) {
      const target = this.#isOn() ? 1 : 0;
      const change = target - this.#gain;
      const most = 1 / EDGE_SAMPLES;
      this.#gain = Math.abs(change) <= most ? target : this.#gain + Math.sign(change) * most;
      if (this.#gain > 0) {
        const sum = frame[i]! + this.#gain * this.#sample();
        frame[i] = Math.max(-MOST, Math.min(MOST, Math.round(sum)));
      }
      this.#advance();
    }
  }

  #isOn(): boolean {
    return !this.#ends && this.#part % 2 === 0;
  }

  #sample(): number {
    let sum = 0;
    for (let i = 0; i < this.#partials.length; i++) {
      const { step, amplitude } = this.#partials[i]!;
      sum += amplitude * Math.sin(step * this.#played);
    }
    return sum;
  }

  #advance(): void {
    this.#played++;
    if (this.#parts.length === 0 || ++this.#at < this.#parts[this.#part]!) return;
    this.#at = 0;
    this.#part = (this.#part + 1) % this.#parts.length;
  }
}

/** Of full depth, a modulation is a carrier between two tones of half its amplitude. */
function partialsOf(hertz: string, amplitude: number): Partial[] {
  const [carrier, modulation] = hertz.split("*").map(Number);
  const shares: [hertz: number, share: number][] = modulation === undefined
    ? hertz.split("+").map((each, _, { length }) => [Number(each), 1 / length])
    : [[carrier! - modulation, 0.25], [carrier!, 0.5], [carrier! + modulation, 0.25]];
  return shares.map(([each, share]) => ({
    step: (2 * Math.PI * each) / GRAPH_RATE,
    amplitude: amplitude * share,
  }));
}
