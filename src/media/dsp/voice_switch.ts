/**
 * Half-duplex for a loudspeaker and a microphone in one room without an echo canceller: who speaks has
 * the line. The one whose turn it is not is 40 dB (the microphone) or 20 dB (the speaker) down.
 *
 *              far end sounds                   near end is louder than its echo can be
 *     idle ────────────────────► far end's turn ─────────────────────────────────────► near end's turn
 *      ▲ ▲──── 300 ms after it ────┘                                                         │
 *      └───────────────────────────────── 400 ms after the near end's last word ─────────────┘
 *
 * How loud the echo is it learns while the far end has its turn. On the real-time path: nothing is
 * allocated.
 */
import type { Filter } from "./filter.ts";
import { levelOf } from "./level_meter.ts";
import { VoiceActivity } from "./voice_activity.ts";

const MICROPHONE_CUT = 10 ** (-40 / 20);
const SPEAKER_CUT = 10 ** (-20 / 20);
/** dBFS that the far end must have to be heard at all. */
const FAR_SOUNDS = -50;
/** Frames for which the room still rings, and the cards are behind: 300 ms. */
const TAIL = 15;
/** dB above what the echo can be that a voice must be, for frames in a row, to take the turn. */
const BREAK_IN = 8;
const BREAK_IN_FRAMES = 3;
/** Frames after the last word of the near end. */
const PAUSE = 20;
/** dB of the echo over what is played: before it is learned, and how it moves in a frame. */
const UNKNOWN_ECHO = 0;
const MOST_ECHO = 12;
const LEAST_ECHO = -40;
const ECHO_RISE = 1;
const ECHO_FALL = 0.05;
/** dB a frame by which what was played fades in the room. */
const FADE = 1;

type TurnOf = "nobody" | "far" | "near";

export class VoiceSwitch {
  readonly #voice = new VoiceActivity();
  #turn: TurnOf = "nobody";
  /** Frames until the turn may end; frames in a row that broke in. */
  #left = 0;
  #breaking = 0;
  /** What was played, dBFS, as long as it rings; echo over it, dB; gains of both ways now. */
  readonly #state = Float64Array.of(-90, UNKNOWN_ECHO, 1, 1);

  /** What the microphone gives; after the speaker's frame of the same tick. */
  readonly microphone: Filter = { apply: (frame) => this.#hearNear(frame) };
  /** What is played. */
  readonly speaker: Filter = { apply: (frame) => this.#play(frame) };

  /** Another microphone, or switched off: what was learned is forgotten. */
  reset(): void {
    this.#voice.reset();
    this.#turn = "nobody";
    this.#left = this.#breaking = 0;
    this.#state.set([-90, UNKNOWN_ECHO, 1, 1]);
  }

  #play(frame: Int16Array): void {
    const comes = levelOf(frame);
    this.#state[3] = turnTo(frame, this.#state[3]!, this.#turn === "near" ? SPEAKER_CUT : 1);
    this.#state[0] = Math.max(levelOf(frame), this.#state[0]! - FADE);
    if (comes < FAR_SOUNDS || this.#turn === "near") return;
    this.#turn = "far";
    this.#left = TAIL;
  }

  #hearNear(frame: Int16Array): void {
    this.#voice.add(frame);
    const over = this.#voice.level - this.#state[0]!;
    const breaksIn = over > this.#state[1]! + BREAK_IN && this.#voice.level > FAR_SOUNDS;
    this.#breaking = breaksIn ? this.#breaking + 1 : 0;
    if (this.#turn === "far" && !breaksIn) this.#learn(over);
    const speaks = this.#turn === "far" ? this.#breaking >= BREAK_IN_FRAMES : this.#voice.isVowel;
    if (speaks && this.#isNoEcho(over)) {
      this.#turn = "near";
      this.#left = PAUSE;
    } else if (this.#left > 0 && --this.#left === 0) this.#turn = "nobody";
    this.#state[2] = turnTo(frame, this.#state[2]!, this.#turn === "far" ? MICROPHONE_CUT : 1);
  }

  #isNoEcho(over: number): boolean {
    return this.#turn === "near" ? over > this.#state[1]! : over > this.#state[1]! + BREAK_IN;
  }

  /** Quickly up, so that an echo never breaks in, and slowly down. */
  #learn(over: number): void {
    const echo = this.#state[1]!;
    const moved = echo + Math.min(ECHO_RISE, Math.max(-ECHO_FALL, over - echo));
    this.#state[1] = Math.min(MOST_ECHO, Math.max(LEAST_ECHO, moved));
  }
}

/** Goes from one gain to another within the frame. @returns the gain at its end */
function turnTo(frame: Int16Array, from: number, to: number): number {
  if (from === 1 && to === 1) return 1;
  const step = (to - from) / frame.length;
  for (let i = 0; i < frame.length; i++) frame[i] = Math.round(frame[i]! * (from + step * (i + 1)));
  return to;
}
