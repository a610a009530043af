/**
 * Requests that wait for their response (RFC 8489 §6.2): sent again over UDP until one comes or the
 * time is up.
 *
 *     begin ─► sent ─rto─► sent ─2·rto─► … ─► settle(undefined)
 *                └── take(response) ──────► settle(response)
 */
import type { Clock, TimerHandle } from "../time/mod.ts";
import type { SocketAddress } from "./addresses.ts";
import type { StunMessage } from "./message.ts";

/** First retransmission after, ms; the number of requests; the last wait in first ones. */
const RTO_MS = 500;
const REQUESTS = 7;
const LAST_WAIT = 16;
/** What a request over TCP waits, ms (RFC 8489 §6.2.2). */
const RELIABLE_MS = 39_500;

export interface RequestOptions {
  transactionId: string;
  send(): void;
  /** ms to the first retransmission. */
  rtoMs?: number;
  /** How often it is sent at most; 1: not again. */
  requests?: number;
  /** The transport repeats by itself, as TCP does. */
  reliable?: boolean;
}

/** What came, and from where; undefined: nothing in time. */
export type Settle = (response: StunMessage | undefined, source: SocketAddress | undefined) => void;

export class StunTransactions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, { settle: Settle; timer: TimerHandle }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends at once. @param settle called once, unless the request is dropped */
  begin(options: RequestOptions, settle: Settle): void {
    this.#send(options, 1, options.rtoMs ?? RTO_MS, settle);
  }

  /**
   * @param source undefined: there is only one that it can come from
   * @param accepts whether it may be the response at all; a forged one leaves the request waiting
   * @returns whether a request waits for it
   */
  take(
    message: StunMessage,
    source: SocketAddress | undefined,
    accepts: () => boolean = () => true,
  ): boolean {
    if (message.class !== "success" && message.class !== "error") return false;
    const waiting = this.#waiting.get(message.transactionId);
    if (waiting === undefined || !accepts()) return false;
    this.drop(message.transactionId);
    waiting.settle(message, source);
    return true;
  }

  has(transactionId: string): boolean {
    return this.#waiting.has(transactionId);
  }

  /** Forgets a request: its `settle` is not called. */
  drop(transactionId: string): void {
    this.#clock.clearTimeout(this.#waiting.get(transactionId)?.timer);
    this.#waiting.delete(transactionId);
  }

  /** Forgets them all. */
  close(): void {
    for (const transactionId of [...this.#waiting.keys()]) this.drop(transactionId);
  }

  #send(options: RequestOptions, nth: number, waitMs: number, settle: Settle): void {
    const { transactionId, requests = REQUESTS, reliable = false, rtoMs = RTO_MS } = options;
    const last = reliable || nth >= requests;
    const ms = reliable ? RELIABLE_MS : last ? rtoMs * LAST_WAIT : waitMs;
    const timer = this.#clock.setTimeout(() => {
      if (!last) return this.#send(options, nth + 1, waitMs * 2, settle);
      this.#waiting.delete(transactionId);
      settle(undefined, undefined);
    }, ms);
    this.#waiting.set(transactionId, { settle, timer });
    options.send();
  }
}
