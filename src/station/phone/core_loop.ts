/**
 * Runs the core: one queue of inputs, one step at a time, effects carried out, events numbered.
 *
 *     submit(input) ─► queue ─► step ─► effects ─► sip | media | timers
 *                                  └──► events, each with the next seq ─► listeners
 *
 * An input that an effect causes at once waits in the queue until the step that caused it is done, so
 * a step never sees half of another. Not on the real-time path: RTP never comes through here.
 */
import type { Verb } from "../log/mod.ts";
import type { Sequenced } from "../../control/contract/mod.ts";
import type { CommandPort } from "../../control/local/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { TimerHandle } from "../../base/time/mod.ts";
import type { HeadsetEffect, MediaEffect, SipEffect } from "../../core/ports/mod.ts";
import {
  type Effect,
  type Input,
  type PhoneCommand,
  type PhoneEvent,
  type PhoneState,
  type Timer,
  timerKey,
} from "../../core/state/mod.ts";
import { step } from "../../core/mod.ts";
import { type StationClock, SYSTEM_CLOCK } from "../mod.ts";

/** Where effects go. `perform` returns at once and never throws. */
export interface Adapters {
  sip(effect: SipEffect): void;
  media(effect: MediaEffect): void;
  /** Absent: no headset is looked for. */
  headset?(effect: HeadsetEffect): void;
  /** Sees what the core takes and asks for, in order. */
  watch?(verb: Verb, what: Input | Effect): void;
}

const MEDIA_EFFECTS: Readonly<Record<MediaEffect["type"], true>> = {
  OpenMedia: true,
  GatherMedia: true,
  RegatherMedia: true,
  StartMedia: true,
  ConfirmMedia: true,
  MuteMedia: true,
  SetVolume: true,
  SetSpeech: true,
  RecordMedia: true,
  PauseRecording: true,
  PlayTone: true,
  StartRinging: true,
  StopRinging: true,
  UseEndpoints: true,
  AttachAudio: true,
  DetachAudio: true,
  SendDigits: true,
  CloseMedia: true,
};

export class CoreLoop implements CommandPort {
  #state: PhoneState;
  #seq = 0;
  #stepping = false;
  readonly #queue: Input[] = [];
  readonly #timers = new Map<string, TimerHandle>();
  readonly #listeners = new Set<(event: Sequenced) => void>();
  readonly #adapters: Adapters;
  readonly #clock: StationClock;
  readonly #random: () => number;

  constructor(
    state: PhoneState,
    adapters: Adapters,
    clock: StationClock = SYSTEM_CLOCK,
    random: () => number = Math.random,
  ) {
    this.#state = state;
    this.#adapters = adapters;
    this.#clock = clock;
    this.#random = random;
  }

  get state(): PhoneState {
    return this.#state;
  }

  get seq(): number {
    return this.#seq;
  }

  /** News from outside. Never throws: the core ignores what does not fit. */
  submit(input: Exclude<Input, PhoneCommand>): void {
    this.#queue.push(input);
    this.#drain();
  }

  /** A person's or program's wish. @throws OffhookError when it is impossible; nothing changes then */
  command(command: PhoneCommand): number {
    if (this.#stepping) throw new OffhookError("internal", "a command inside a step");
    this.#stepping = true;
    try {
      this.#take(command);
    } finally {
      this.#stepping = false;
    }
    this.#drain();
    return this.#seq;
  }

  listen(listener: (event: Sequenced) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops every timer. */
  close(): void {
    for (const id of this.#timers.values()) this.#clock.clearTimeout(id);
    this.#timers.clear();
    this.#listeners.clear();
  }

  #drain(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let input = this.#queue.shift(); input !== undefined; input = this.#queue.shift()) {
        this.#take(input);
      }
    } finally {
      this.#stepping = false;
    }
  }

  #take(input: Input): void {
    // A call's time line has no jumps; between calls the time of day is what it is.
    if (this.#state.calls.size === 0) this.#clock.follow?.();
    const moment = { at: this.#clock.now(), random: this.#random() };
    const { state, effects, events } = step(this.#state, input, moment);
    this.#state = state;
    this.#adapters.watch?.("takes", input);
    for (const effect of effects) this.#perform(effect);
    for (const event of events) this.#publish(event, moment.at);
  }

  #publish(event: PhoneEvent, at: number): void {
    const sequenced: Sequenced = { ...event, seq: ++this.#seq, at };
    // A listener may issue commands: it is called when the step is over.
    for (const listener of this.#listeners) queueMicrotask(() => listener(sequenced));
  }

  #perform(effect: Effect): void {
    this.#adapters.watch?.("asks for", effect);
    if (effect.type === "StartTimer") {
      const { type: _, ms, ...timer } = effect;
      this.#startTimer(timer, ms);
    } else if (effect.type === "StopTimer") this.#stopTimer(timerKey(effect));
    else if (effect.type === "SetHeadset") this.#adapters.headset?.(effect);
    else if (Object.hasOwn(MEDIA_EFFECTS, effect.type)) this.#adapters.media(effect as MediaEffect);
    else this.#adapters.sip(effect as SipEffect);
  }

  #startTimer(timer: Timer, ms: number): void {
    const key = timerKey(timer);
    this.#stopTimer(key);
    const fire = () => {
      this.#timers.delete(key);
      this.submit({ type: "TimerFired", ...timer });
    };
    this.#timers.set(key, this.#clock.setTimeout(fire, ms));
  }

  #stopTimer(key: string): void {
    const id = this.#timers.get(key);
    if (id === undefined) return;
    this.#clock.clearTimeout(id);
    this.#timers.delete(key);
  }
}
