/**
 * A filter that is switched on and off while sound passes, without a click, and that knows how long it
 * takes. On the real-time path: nothing is allocated in `apply`.
 */
import { FRAME_SAMPLES } from "../../audio/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import { crossfade, type Filter } from "../dsp/mod.ts";

/** A filter that can begin anew. */
export interface SpeechStep extends Filter {
  reset(): void;
}

export class SwitchedFilter implements Filter {
  readonly #clock: Pick<Clock, "now">;
  readonly #step: SpeechStep;
  readonly #dry = new Int16Array(FRAME_SAMPLES);
  #on = false;
  #wasOn = false;
  /** Frames, ms of them all, ms of the longest. */
  readonly #times = new Float64Array(3);

  constructor(step: SpeechStep, clock: Pick<Clock, "now">) {
    this.#step = step;
    this.#clock = clock;
  }

  get on(): boolean {
    return this.#on;
  }

  /** From the next frame on; goes over within it. */
  switch(on: boolean): void {
    this.#on = on;
  }

  /** What it knows of the sound before is forgotten. */
  reset(): void {
    this.#step.reset();
  }

  apply(frame: Int16Array): void {
    if (!this.#on && !this.#wasOn) return;
    const began = this.#clock.now();
    if (this.#on === this.#wasOn) this.#step.apply(frame);
    else this.#goOver(frame);
    this.#note(this.#clock.now() - began);
  }

  /** How long it took for a frame since the call began, ms; undefined: it was never on. */
  get times(): { meanMs: number; longestMs: number } | undefined {
    const [frames, sum, longest] = this.#times;
    if (frames === 0) return undefined;
    return { meanMs: rounded(sum! / frames!), longestMs: rounded(longest!) };
  }

  #goOver(frame: Int16Array): void {
    const dry = this.#dry;
    dry.set(frame);
    this.#step.apply(frame);
    this.#wasOn = this.#on;
    if (this.#on) {
      crossfade(dry, frame);
      frame.set(dry);
    } else {
      crossfade(frame, dry);
      this.#step.reset();
    }
  }

  #note(ms: number): void {
    this.#times[0]!++;
    this.#times[1]! += ms;
    this.#times[2] = Math.max(this.#times[2]!, ms);
  }
}

/** To a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
