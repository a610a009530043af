/**
 * The tone that a person hears of a call, over the far end's sound. Only their own speaker gets it.
 * On the real-time path, apart from `play`.
 */
import { FRAME_MS } from "../../audio/mod.ts";
import type { CallTone, Tone } from "../../core/media/mod.ts";
import type { Filter } from "../dsp/mod.ts";
import { CadencePlayer } from "./cadence_player.ts";
import { TONES } from "./countries.ts";

/** dBm0. Over a conversation it is soft enough to talk on. */
const LEVELS: Readonly<Record<CallTone, number>> = {
  dial: -13,
  ringback: -13,
  busy: -13,
  congestion: -13,
  waiting: -20,
};
/**
 * What the far end plays while it rings takes the place of ringback, and only its packets tell whether
 * it plays anything: so long it has before the first one, and after the last.
 */
const FIRST_PACKET_MS = 1_100;
const NEXT_PACKET_MS = 5_000;

export class CallTones implements Filter {
  #tone: Tone | undefined;
  #player: CadencePlayer | undefined;
  /** What was heard before fades away. */
  #former: CadencePlayer | undefined;
  /** Frames until it begins. */
  #wait = 0;
  /** Frames since the far end sent sound. */
  #silent = Infinity;

  /** Begins a tone, or ends the one that is on. */
  play(tone: Tone | null): void {
    this.#tone = tone ?? undefined;
    this.#begin(tone?.name === "ringback" ? FIRST_PACKET_MS : 0);
  }

  /** The far end sent sound. */
  farSounds(): void {
    this.#silent = 0;
    if (this.#tone?.name === "ringback") this.#begin(NEXT_PACKET_MS);
  }

  /** Whether there is a tone, or one that has yet to fade away. */
  get isOn(): boolean {
    return this.#tone !== undefined || this.#former !== undefined;
  }

  /** Whether the far end plays something, or has just done so. */
  get isFarHeard(): boolean {
    return this.#silent * FRAME_MS < NEXT_PACKET_MS;
  }

  apply(frame: Int16Array): void {
    this.#silent++;
    this.#former?.addTo(frame);
    if (this.#former?.isOver) this.#former = undefined;
    if (this.#tone === undefined) return;
    if (this.#wait > 0) {
      this.#wait--;
      return;
    }
    this.#player ??= new CadencePlayer(
      TONES[this.#tone.country][this.#tone.name],
      LEVELS[this.#tone.name],
    );
    this.#player.addTo(frame);
  }

  #begin(afterMs: number): void {
    this.#wait = afterMs / FRAME_MS;
    if (this.#player === undefined) return;
    this.#player.end();
    this.#former = this.#player;
    this.#player = undefined;
  }
}
