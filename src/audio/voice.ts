/**
 * A voice-like signal that is the same every time: to be heard as "someone talks", and to be found
 * again by correlation in what comes back (`media/quality/correlate.ts`).
 *
 *     pulses of the glottis (pitch glides) + breath ──► three formants (vowels change) ──► syllables
 *
 * On the real-time path as a source: some 30 µs a frame, no allocation.
 */
import { type AudioSource, GRAPH_RATE } from "./endpoint.ts";

/** First three formants of some vowels, Hz. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [570, 840, 2410],
  [530, 1840, 2480],
  [300, 870, 2240],
  [660, 1720, 2410],
] as const;
const BANDWIDTHS = [80, 110, 160] as const;
const GAINS = [1, 0.6, 0.35] as const;
/** Syllables last between these, seconds. */
const SYLLABLE_MIN_S = 0.11;
const SYLLABLE_SPAN_S = 0.16;
/** Pitch, Hz. */
const PITCH_MIN = 95;
const PITCH_SPAN = 70;
/** Brings the whole to about −20 dBFS. */
const LEVEL = 14_000;
const SEED = 0x0ff1_00c5;

/** A two-pole resonance. */
class Formant {
  #a = 0;
  #b = 0;
  #gain = 0;
  #y1 = 0;
  #y2 = 0;

  tune(frequency: number, bandwidth: number, gain: number): void {
    const radius = Math.exp((-Math.PI * bandwidth) / GRAPH_RATE);
    const angle = (2 * Math.PI * frequency) / GRAPH_RATE;
    this.#a = 2 * radius * Math.cos(angle);
    this.#b = -radius * radius;
    this.#gain = gain * (1 - radius) *
      Math.sqrt(1 - 2 * radius * Math.cos(2 * angle) + radius ** 2);
  }

  next(excitation: number): number {
    const y = this.#gain * excitation + this.#a * this.#y1 + this.#b * this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

/** The generator: the same samples after each construction. */
export class VoiceSignal {
  readonly #formants = [new Formant(), new Formant(), new Formant()];
  #random = SEED;
  /** Samples of the present syllable, and how many are over. */
  #length = 0;
  #position = 0;
  #pitch = 120;
  #glide = 0;
  #phase = 1;
  #breath = 0;
  #silent = false;

  /** Fills `into` with the next samples at 48 kHz. */
  next(into: Int16Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.#sample();
  }

  #sample(): number {
    if (this.#position >= this.#length) this.#nextSyllable();
    const share = this.#position++ / this.#length;
    if (this.#silent) return 0;
    const envelope = Math.min(1, 6 * share, 3 * (1 - share));
    this.#phase += (this.#pitch + this.#glide * share) / GRAPH_RATE;
    let excitation = this.#breath * (this.#uniform() - 0.5);
    if (this.#phase >= 1) {
      this.#phase -= 1;
      excitation += 60;
    }
    let sum = 0;
    for (const formant of this.#formants) sum += formant.next(excitation);
    return Math.max(-32_000, Math.min(32_000, Math.round(LEVEL * envelope * sum)));
  }

  #nextSyllable(): void {
    this.#position = 0;
    this.#length = Math.round(GRAPH_RATE * (SYLLABLE_MIN_S + SYLLABLE_SPAN_S * this.#uniform()));
    this.#silent = this.#uniform() < 0.12;
    const vowel = VOWELS[Math.floor(this.#uniform() * VOWELS.length)]!;
    const tract = 0.92 + 0.16 * this.#uniform();
    this.#formants.forEach((formant, i) =>
      formant.tune(vowel[i]! * tract, BANDWIDTHS[i]!, GAINS[i]!)
    );
    this.#pitch = PITCH_MIN + PITCH_SPAN * this.#uniform();
    this.#glide = 50 * (this.#uniform() - 0.5);
    this.#breath = 0.5 + 2.5 * this.#uniform();
  }

  /** Uniform in [0, 1): mulberry32. */
  #uniform(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), this.#random | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  }
}

/** The signal as a microphone. */
export class VoiceSource implements AudioSource {
  readonly #signal = new VoiceSignal();
  #started = false;

  open(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {
    this.#started = true;
  }

  read(into: Int16Array): boolean {
    if (this.#started) this.#signal.next(into);
    else into.fill(0);
    return this.#started;
  }

  close(): Promise<void> {
    this.#started = false;
    return Promise.resolve();
  }
}
