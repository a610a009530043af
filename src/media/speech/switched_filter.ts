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
  /** Releases what it holds. */
  close?(): void;
}

export class SwitchedFilter implements Filter {
  readonly #clock: Pick<Clock, "now">;
  #step: SpeechStep | undefined;
  readonly #dry = new Int16Array(FRAME_SAMPLES);
  #on = false;
  #wasOn = false;
  /** Frames, ms of them all, ms of the longest. */
  readonly #times = new Float64Array(3);

  /** @param step absent: sound passes as it is until {@link install} */
  constructor(clock: Pick<Clock, "now">, step?: SpeechStep) {
    this.#clock = clock;
    this.#step = step;
  }

  get on(): boolean {
    return this.#on;
  }

  /** What was loaded only when it was switched on. */
  install(step: SpeechStep): void {
    this.#step = step;
  }

  /** From the next frame on; goes over within it. */
  switch(on: boolean): void {
    this.#on = on;
  }

  /** What it knows of the sound before is forgotten. */
  reset(): void {
    this.#step?.reset();
  }

  close(): void {
    this.#on = this.#wasOn = false;
    this.#step?.close?.();
    this.#step = undefined;
  }

  apply(frame: Int16Array): void {
    const step = this.#step;
    if (step === undefined || !this.#on && !this.#wasOn) return;
    const began = this.#clock.now();
    if (this.#on === this.#wasOn) step.apply(frame);
    else this.#goOver(step, frame);
    this.#note(this.#clock.now() - began);
  }

  /** How long it took for a frame since the call began, ms; undefined: it was never on. */
  get times(): { meanMs: number; longestMs: number } | undefined {
    const [frames, sum, longest] = this.#times;
    if (frames === 0) return undefined;
    return { meanMs: rounded(sum! / frames!), longestMs: rounded(longest!) };
  }

  #goOver(step: SpeechStep, frame: Int16Array): void {
    const dry = this.#dry;
    dry.set(frame);
    step.apply(frame);
    this.#wasOn = this.#on;
    if (this.#on) {
      crossfade(dry, frame);
      frame.set(dry);
    } else {
      crossfade(frame, dry);
      step.reset();
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
