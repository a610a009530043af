/**
 * Digits of ours by INFO (a convention without an RFC of its own), one after the other.
 *
 *     add ─► digit: dtmf-relay ── 2xx ──────────────────────────────────► its time and a gap ─► next
 *                       └─ 415 ─► application/dtmf ─ 2xx ─► the same
 *                                        └─ refused, or 4 s without an answer ─► all that is left is told
 */
import {
  DTMF,
  DTMF_RELAY,
  dtmfRelayBody,
  type InfoMemory,
  type MessageBody,
} from "../message/mod.ts";
import { isPause, PAUSES_MS } from "../../core/media/mod.ts";
import type { Clock, TimerHandle } from "../../base/time/mod.ts";

/** Silence after each digit, as between tones, ms. */
const GAP_MS = 80;
/** A peer that has not answered by then knows no INFO, ms: three retransmissions have gone by. */
const PATIENCE_MS = 4_000;

interface Command {
  digits: string;
  durationMs: number;
  /** Characters that are done. */
  at: number;
}

/** The dialog, as digits need it. */
export interface InfoDigitEvents {
  /** Sends an INFO; `answered` is called once, perhaps never. */
  send(body: MessageBody, answered: (response: { status: number; reason: string }) => void): void;
  taken(digit: string): void;
  /** All of an `add`. */
  sent(digits: string): void;
  /** What is left of an `add`, the refused digit first. */
  refused(digits: string, durationMs: number, status: number, reason: string): void;
}

export class InfoDigits {
  readonly #clock: Clock;
  readonly #memory: InfoMemory;
  readonly #events: InfoDigitEvents;
  readonly #queue: Command[] = [];
  #timer: TimerHandle | undefined;
  /** Of the INFO that is under way: an answer to one before it says nothing. */
  #turn = 0;
  #busy = false;

  constructor(clock: Clock, memory: InfoMemory, events: InfoDigitEvents) {
    this.#clock = clock;
    this.#memory = memory;
    this.#events = events;
  }

  /** @param digits digits and pauses only */
  add(digits: string, durationMs: number): void {
    this.#queue.push({ digits, durationMs, at: 0 });
    if (!this.#busy) this.#next();
  }

  /** Nothing more is sent or told. */
  close(): void {
    this.#turn++;
    this.#queue.length = 0;
    this.#clearTimer();
  }

  #next(): void {
    const command = this.#queue[0];
    this.#busy = command !== undefined;
    if (command === undefined) return;
    const character = command.digits[command.at];
    if (character === undefined) {
      this.#queue.shift();
      this.#events.sent(command.digits);
      return this.#next();
    }
    if (isPause(character)) return this.#goOnAfter(command, PAUSES_MS[character]);
    this.#send(command, character, this.#memory.infoType);
  }

  #send(command: Command, digit: string, type: InfoMemory["infoType"]): void {
    const turn = ++this.#turn;
    const content = type === DTMF ? digit : dtmfRelayBody({ digit, ...command });
    this.#after(PATIENCE_MS, () => this.#refuse(0, "nothing was answered"));
    this.#events.send({ disposition: "render", type, content }, ({ status, reason }) => {
      if (turn !== this.#turn) return;
      this.#clearTimer();
      if (status < 300) {
        this.#memory.infoType = type;
        this.#events.taken(digit);
        this.#goOnAfter(command, command.durationMs + GAP_MS);
      } else if (status === 415 && type === this.#memory.infoType) {
        this.#send(command, digit, type === DTMF ? DTMF_RELAY : DTMF);
      } else this.#refuse(status, reason);
    });
  }

  #goOnAfter(command: Command, ms: number): void {
    command.at++;
    this.#after(ms, () => this.#next());
  }

  #refuse(status: number, reason: string): void {
    const left = [...this.#queue];
    this.close();
    this.#busy = false;
    for (const { digits, durationMs, at } of left) {
      this.#events.refused(digits.slice(at), durationMs, status, reason);
    }
  }

  #after(ms: number, act: () => void): void {
    this.#clearTimer();
    this.#timer = this.#clock.setTimeout(act, ms);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
