/**
 * A live call's sound for a program beside the person: what the far end says, and a way to speak.
 *
 *     heard(samples) ◄── far end              say(samples) ──► mixed with the microphone, or instead
 *     room(samples)  ◄── so many more may be said: the bound of what waits, some 200 ms
 *
 * Samples are 16 bits, mono, at the rate that was asked for. Sound that the program does not take in
 * time is lost, the oldest first, and counted; nothing that it does delays the call.
 */
import type { OffhookError } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";

export const MINIMUM_AUDIO_RATE = 4_000;
export const MAXIMUM_AUDIO_RATE = 192_000;

export interface AudioParams {
  call: CallId;
  /** Hz, both ways. */
  rate: number;
  /** What the program says replaces the microphone, also while it says nothing. */
  instead: boolean;
}

export interface AudioListener {
  /** About 20 ms of the far end; the listener's own. */
  heard(samples: Int16Array): void;
  /** So many more samples may be said. */
  room?(samples: number): void;
}

/** How it ended: with the call, by `close`, or by losing the station. */
export interface AudioEnd {
  /** Samples of the far end that were not taken in time. */
  lost: number;
  error?: OffhookError;
}

export interface CallAudio {
  readonly attachment: string;
  /** Samples that may be said now. */
  readonly room: number;
  /** Says what there is room for. @returns samples that were taken, from the first on */
  say(samples: Int16Array): number;
  /** Resolves when there is room, or when it has ended. */
  ready(): Promise<void>;
  /** Never rejects. */
  readonly ended: Promise<AudioEnd>;
  /** Leaves; the call goes on. Never rejects. */
  close(): Promise<void>;
}

/** Where an attachment's samples go. */
export interface AudioWire {
  /** @param samples no more than there is room for; the caller's */
  say(samples: Int16Array): void;
  /** Asks for the end, which comes by `finish`. */
  leave(): void;
}

/** The bookkeeping of an attachment, the same in process and over a socket. */
export class JoinedAudio implements CallAudio {
  readonly attachment: string;
  readonly ended: Promise<AudioEnd>;
  readonly #wire: AudioWire;
  readonly #listener: AudioListener;
  readonly #end = Promise.withResolvers<AudioEnd>();
  #room = 0;
  #over = false;
  #waiting: (() => void)[] = [];

  constructor(attachment: string, wire: AudioWire, listener: AudioListener) {
    this.attachment = attachment;
    this.#wire = wire;
    this.#listener = listener;
    this.ended = this.#end.promise;
  }

  get room(): number {
    return this.#room;
  }

  say(samples: Int16Array): number {
    if (this.#over) return 0;
    const count = Math.min(samples.length, this.#room);
    if (count === 0) return 0;
    this.#room -= count;
    this.#wire.say(samples.subarray(0, count));
    return count;
  }

  ready(): Promise<void> {
    if (this.#room > 0 || this.#over) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    if (!this.#over) this.#wire.leave();
    await this.ended;
  }

  /** From the other side: sound of the far end. */
  hear(samples: Int16Array): void {
    if (!this.#over) this.#listener.heard(samples);
  }

  /** From the other side: more may be said. */
  gain(samples: number): void {
    if (this.#over) return;
    this.#room += samples;
    this.#listener.room?.(samples);
    this.#wake();
  }

  /** From the other side: the last word. Idempotent. */
  finish(end: AudioEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#room = 0;
    this.#end.resolve(end);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
