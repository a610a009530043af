/**
 * Reliable provisional responses as the callee (RFC 3262 §3).
 *
 *     send ─► RSeq n ─ T1, 2·T1, 4·T1 … resend ─► PRACK n ─► the next one, or what waited for it
 *                                     └ 64·T1 ─► timedOut
 *
 * One at a time: a second one waits for the PRACK of the first.
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import type { ServerRequest } from "../library/mod.ts";

const T1_MS = 500;
const GIVE_UP_MS = 64 * T1_MS;

export interface ReliableResponse {
  /** Sends it for the first time and returns what sends it again. */
  send(rseq: number): () => void;
  /** A 2xx must wait for its PRACK: it has a description. */
  described: boolean;
}

interface Outstanding {
  rseq: number;
  response: ReliableResponse;
  resend: () => void;
  since: number;
  interval: number;
  timer: TimerHandle;
}

export class ReliableProgress {
  readonly #clock: Clock;
  readonly #timedOut: () => void;
  readonly #offered: (prack: ServerRequest) => void;
  readonly #cseq: number;
  readonly #waiting: ReliableResponse[] = [];
  #rseq: number;
  #outstanding: Outstanding | undefined;
  #afterDescribed: (() => void) | undefined;

  /**
   * @param cseq of the INVITE
   * @param offered answers a PRACK that has an offer; of one for a response with our answer only
   */
  constructor(
    clock: Clock,
    random: () => number,
    cseq: number,
    timedOut: () => void,
    offered: (prack: ServerRequest) => void,
  ) {
    this.#clock = clock;
    this.#cseq = cseq;
    this.#timedOut = timedOut;
    this.#offered = offered;
    // §3: a first value from 1 to 2³¹ − 1.
    this.#rseq = 1 + Math.floor(random() * 2 ** 30);
  }

  send(response: ReliableResponse): void {
    if (this.#outstanding !== undefined) {
      this.#waiting.push(response);
      return;
    }
    const rseq = this.#rseq++;
    const resend = response.send(rseq);
    const since = this.#clock.now();
    const outstanding = { rseq, response, resend, since, interval: T1_MS, timer: undefined };
    this.#outstanding = outstanding;
    this.#schedule(outstanding);
  }

  /** Runs `action` when no described response waits for its PRACK: at once, or later. */
  whenSettled(action: () => void): void {
    if (this.#outstanding?.response.described || this.#waiting.some((r) => r.described)) {
      this.#afterDescribed = action;
    } else action();
  }

  /** Answers a PRACK. @returns whether it acknowledged a description */
  receive(request: ServerRequest): boolean {
    const [rseq, cseq, method] = (request.message.header("rack") ?? "").trim().split(/\s+/);
    const outstanding = this.#outstanding;
    const matches = outstanding !== undefined && Number(rseq) === outstanding.rseq &&
      Number(cseq) === this.#cseq && method?.toUpperCase() === "INVITE";
    if (!matches) {
      request.reject(481);
      return false;
    }
    const { described } = outstanding.response;
    if (!request.message.body) request.accept();
    else if (described) this.#offered(request);
    else request.reject(488);
    this.#clock.clearTimeout(outstanding.timer);
    this.#outstanding = undefined;
    const next = this.#waiting.shift();
    if (next !== undefined) this.send(next);
    const action = this.#afterDescribed;
    this.#afterDescribed = undefined;
    if (action !== undefined) this.whenSettled(action);
    return described;
  }

  /** A final response goes out: nothing is resent any more. */
  stop(): void {
    if (this.#outstanding !== undefined) this.#clock.clearTimeout(this.#outstanding.timer);
    this.#outstanding = undefined;
    this.#waiting.length = 0;
    this.#afterDescribed = undefined;
  }

  #schedule(outstanding: Outstanding): void {
    outstanding.timer = this.#clock.setTimeout(() => {
      if (this.#clock.now() - outstanding.since >= GIVE_UP_MS) {
        this.stop();
        return this.#timedOut();
      }
      outstanding.resend();
      outstanding.interval *= 2;
      this.#schedule(outstanding);
    }, outstanding.interval);
  }
}
