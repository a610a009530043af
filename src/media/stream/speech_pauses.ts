/**
 * Where comfort noise (RFC 3389) takes the place of sound: pauses, with how the room sounds in them. On
 * the real-time path: no allocation.
 *
 *     frame ─► louder than the room, or a voice? ─yes─► sound, and for 400 ms after it
 *                         └──no──► noise when the pause begins, or changes by 2 dB; else nothing
 *
 * Whoever is in doubt sends: anything that stands out is sound, so that no word loses a consonant.
 */
import { FRAME_MS } from "../../audio/mod.ts";
import { VoiceActivity } from "../dsp/mod.ts";

/** What is sent for a frame. */
type FrameContent = "sound" | "noise" | "nothing";

/** Sound that is sent after the last that stood out: ends of words are quiet, ms. */
const HANG_MS = 400;
/** Noise is described again when it changed by this much, dB, and no sooner than this, ms. */
const CHANGE_DB = 2;
const LEAST_MS = 200;
/** It is described at least this often, ms: for NATs, and for peers that miss packets. */
const MOST_MS = 5_000;
/** Part of the level that the newest frame has. */
const NEWEST = 0.1;
/** The levels that an octet states, dB below full scale (§3.1). */
const QUIETEST_DB = 127;

export class SpeechPauses {
  readonly #voice = new VoiceActivity();
  /** Sound that is still sent, ms. */
  #hang = HANG_MS;
  /** Mean power of what did not stand out, of full scale; 0: nothing was heard so far. */
  #power = 0;
  /** As it was described last, dB below full scale; undefined: no pause. */
  #described: number | undefined;
  #sinceMs = 0;

  /** How loud the pause is: the octet that says so (§3.1). */
  get level(): number {
    return Math.round(this.#db);
  }

  get #db(): number {
    return Math.min(QUIETEST_DB, Math.max(0, -10 * Math.log10(this.#power + 1e-13)));
  }

  /** Sound is sent again, whatever it is, for a while. */
  restart(): void {
    this.#hang = HANG_MS;
    this.#described = undefined;
  }

  /**
   * @param frame 20 ms at 48 kHz
   * @param begun a packet of sound waits for this frame
   */
  next(frame: Int16Array, begun: boolean): FrameContent {
    this.#voice.add(frame);
    if (this.#voice.standsOut || this.#voice.speaks) this.restart();
    else {
      this.#hang -= FRAME_MS;
      const power = 10 ** (this.#voice.level / 10);
      this.#power = this.#power === 0 ? power : this.#power + NEWEST * (power - this.#power);
    }
    return this.#hang > 0 || begun ? "sound" : this.#describe();
  }

  #describe(): FrameContent {
    this.#sinceMs += FRAME_MS;
    const db = this.#db;
    if (this.#described !== undefined) {
      const changed = Math.abs(db - this.#described) > CHANGE_DB && this.#sinceMs >= LEAST_MS;
      if (!changed && this.#sinceMs < MOST_MS) return "nothing";
    }
    this.#described = db;
    this.#sinceMs = 0;
    return "noise";
  }
}
