/**
 * Keeps a connection's path open and notices when it is dead (RFC 5626 §3.5.1, §4.4.1).
 *
 *     every 80–100 % of the interval: ping ──anything within 10 s──► alive
 *                                       └──silence, though pings were answered before──► dead
 *
 * A peer that never answered a ping may just not know them: then silence proves nothing. The first
 * ping goes out soon after the connection came up, to learn that.
 */
import type { Clock, TimerHandle } from "./types.ts";

/** RFC 5626 §4.4.1. */
const PONG_TIMEOUT_MS = 10_000;
const FIRST_PING_MS = 2_000;

export interface KeepaliveOptions {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  intervalMs: number;
  /** True: the protocol obliges the peer to answer (WebSocket). */
  mustAnswer: boolean;
  ping(): void;
  /** Called once at most. */
  dead(): void;
}

export class Keepalive {
  #answers: boolean;
  #intervalMs: number;
  #pingTimer: TimerHandle;
  #pongTimer: TimerHandle;
  #stopped = false;

  constructor(readonly options: KeepaliveOptions) {
    this.#answers = options.mustAnswer;
    this.#intervalMs = options.intervalMs;
    if (options.intervalMs > 0) this.#pingAfter(Math.min(FIRST_PING_MS, options.intervalMs));
  }

  /** Any bytes came: the peer lives. */
  heard(): void {
    this.options.clock.clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  /** An answer to a ping came. */
  ponged(): void {
    this.#answers = true;
    this.heard();
  }

  /** The peer has said that it answers: silence is death from now on; and how often it wants a ping. */
  oblige(ms: number | undefined): void {
    this.#answers = true;
    this.hasten(ms);
  }

  /** The peer wants a ping every `ms`: sooner than ours, never later. */
  hasten(ms: number | undefined): void {
    if (ms === undefined || ms >= this.#intervalMs || this.#stopped) return;
    this.#intervalMs = ms;
    this.options.clock.clearTimeout(this.#pingTimer);
    this.#pingAfter(ms * 0.8);
  }

  stop(): void {
    this.#stopped = true;
    this.options.clock.clearTimeout(this.#pingTimer);
    this.options.clock.clearTimeout(this.#pongTimer);
  }

  #pingAfter(ms: number): void {
    const { clock, random } = this.options;
    this.#pingTimer = clock.setTimeout(() => {
      this.#ping();
      if (!this.#stopped) this.#pingAfter(this.#intervalMs * (0.8 + 0.2 * random()));
    }, ms);
  }

  #ping(): void {
    this.options.ping();
    if (!this.#answers || this.#stopped || this.#pongTimer !== undefined) return;
    this.#pongTimer = this.options.clock.setTimeout(() => {
      this.stop();
      this.options.dead();
    }, PONG_TIMEOUT_MS);
  }
}
