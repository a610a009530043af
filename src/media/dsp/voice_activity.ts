/**
 * Whether somebody speaks. Speech is louder than what is always there, and in its vowels it repeats
 * itself at the pitch of a voice (70 to 400 Hz); a click of a key does not, and a fan or a hum is there
 * always.
 *
 *     48 kHz ─► 4 kHz ─► first difference ─► louder than the floor? ─► repeats itself? ─► speaks, 300 ms
 *
 * 10 µs a frame. On the real-time path: nothing is allocated.
 */
import { GRAPH_RATE } from "../../audio/mod.ts";
import { levelOf } from "./level_meter.ts";

const RATE = 4_000;
const STEP = GRAPH_RATE / RATE;
const SHORTEST_PITCH = RATE / 400;
const LONGEST_PITCH = Math.floor(RATE / 70);
/** 40 ms: two periods of the deepest voice. */
const WINDOW = RATE / 25;
const NEW = RATE / 50;
/** dB above the floor that speech is. */
const ABOVE_FLOOR = 6;
/** dBFS below which nothing is taken for speech. */
const QUIETEST = -60;
/** dB a frame by which the floor rises while it is louder: 2 dB/s. */
const RISE = 0.04;
/** Likeness of a vowel to itself one period before. */
const VOICED = 0.55;
/** Vowels in a row before anything is called speech, and frames for which it is speech after one. */
const ONSET = 2;
const HANG = 15;
/** Part of the difference of two samples that the earlier one has: flat for most noise. */
const EMPHASIS = 0.9;

export class VoiceActivity {
  readonly #window = new Float64Array(WINDOW);
  /** Floor, dBFS; level of this frame, dBFS; last sample before the difference. */
  readonly #state = Float64Array.of(QUIETEST, -90, 0);
  #voiced = 0;
  #hang = 0;
  #standsOut = false;

  reset(): void {
    this.#window.fill(0);
    this.#state.set([QUIETEST, -90, 0]);
    this.#voiced = 0;
    this.#hang = 0;
    this.#standsOut = false;
  }

  /** Somebody speaks, or did a moment ago. */
  get speaks(): boolean {
    return this.#hang > 0;
  }

  /** This frame is louder than what is always there, voice or not. */
  get standsOut(): boolean {
    return this.#standsOut;
  }

  /** This frame is a vowel: its level is that of the voice. */
  get isVowel(): boolean {
    return this.#voiced >= ONSET;
  }

  /** dBFS of the frame; a sine of full scale is −3. */
  get level(): number {
    return this.#state[1]!;
  }

  /** @param frame 20 ms at 48 kHz */
  add(frame: Int16Array): void {
    const level = levelOf(frame);
    this.#take(frame);
    const floor = this.#state[0]!;
    this.#standsOut = level > Math.max(QUIETEST, floor + ABOVE_FLOOR);
    this.#voiced = this.#standsOut && likeness(this.#window) > VOICED ? this.#voiced + 1 : 0;
    if (this.isVowel) this.#hang = HANG;
    else if (this.#hang > 0) this.#hang--;
    this.#state[0] = level > floor ? floor + RISE : floor + (level - floor) * 0.3;
    this.#state[1] = level;
  }

  /** The newest 20 ms, made narrow and flat, to the end of the window. */
  #take(frame: Int16Array): void {
    const window = this.#window;
    window.copyWithin(0, NEW);
    let before = this.#state[2]!;
    for (let k = 0; k < NEW; k++) {
      let sum = 0;
      for (let i = 0; i < STEP; i++) sum += frame[k * STEP + i]!;
      window[WINDOW - NEW + k] = sum - EMPHASIS * before;
      before = sum;
    }
    this.#state[2] = before;
  }
}

/** How much the sound is like itself one pitch period before, at the best: −1 to 1. */
function likeness(window: Float64Array): number {
  const length = WINDOW - LONGEST_PITCH;
  let own = 0;
  for (let i = WINDOW - length; i < WINDOW; i++) own += window[i]! * window[i]!;
  let best = 0;
  for (let pitch = SHORTEST_PITCH; pitch <= LONGEST_PITCH; pitch++) {
    let product = 0;
    let power = 0;
    for (let i = WINDOW - length; i < WINDOW; i++) {
      const earlier = window[i - pitch]!;
      product += window[i]! * earlier;
      power += earlier * earlier;
    }
    if (product > 0) best = Math.max(best, product * product / (own * power + 1));
  }
  return Math.sqrt(best);
}
