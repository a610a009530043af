/**
 * Comfort noise (RFC 3389): how the peer's room sounds while nobody speaks there and no sound is sent.
 * On the real-time path: no allocation.
 *
 *     payload ─► level, spectrum        white noise ─► all-pole lattice ─► samples
 */
import type { PcmBuffer } from "./pcm_buffer.ts";

/** Coefficients that are heeded: peers send 10 or fewer. */
const MOST_COEFFICIENTS = 12;
/** Deviation: louder than this, −dBov, it would be no comfort; the standard allows up to 0. */
const LOUDEST = 30;
const FULL_SCALE = 32_768;
/** The highest coefficient that leaves the filter stable, with room. */
const MOST_REFLECTION = 0.98;

export class ComfortNoise {
  readonly #reflection = new Float64Array(MOST_COEFFICIENTS);
  readonly #backward = new Float64Array(MOST_COEFFICIENTS + 1);
  #order = 0;
  /** Highest value of the white noise. */
  #excitation = 0;
  #seed = 0x0ff1_00c5;

  /** @param payload the level in −dBov, then reflection coefficients (§3) */
  describe(payload: Uint8Array): void {
    const level = Math.max(LOUDEST, (payload[0] ?? 127) & 0x7f);
    this.#order = Math.min(MOST_COEFFICIENTS, Math.max(0, payload.length - 1));
    // What the filter adds in power is taken off before it.
    let share = 1;
    for (let i = 0; i < this.#order; i++) {
      const stated = (258 * (payload[i + 1]! - 127)) / FULL_SCALE;
      const reflection = Math.max(-MOST_REFLECTION, Math.min(MOST_REFLECTION, stated));
      this.#reflection[i] = reflection;
      share *= 1 - reflection * reflection;
    }
    // Uniform noise has a third of the power of its highest value.
    this.#excitation = FULL_SCALE * 10 ** (-level / 20) * Math.sqrt(3 * share);
    this.#backward.fill(0);
  }

  /** Appends `count` samples. */
  append(buffer: PcmBuffer, count: number): void {
    buffer.makeRoom(count);
    for (let i = 0; i < count; i++) {
      const sample = Math.round(this.#next());
      buffer.samples[buffer.end++] = Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, sample));
    }
  }

  #next(): number {
    let seed = this.#seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    this.#seed = seed ^= seed << 5;
    let forward = (seed / 0x8000_0000) * this.#excitation;
    for (let i = this.#order - 1; i >= 0; i--) {
      const reflection = this.#reflection[i]!;
      forward -= reflection * this.#backward[i]!;
      this.#backward[i + 1] = this.#backward[i]! + reflection * forward;
    }
    this.#backward[0] = forward;
    return forward;
  }
}
