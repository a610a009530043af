/**
 * The client transactions that SipStack leaves half done (RFC 3261 §17.1): on UDP requests are resent
 * until they are answered; on every transport responses find their transaction and CANCEL and ACK the
 * flow of their INVITE.
 *
 *              ┌─A/E: resend─┐                    ┌─E: resend every T2 (non-INVITE)─┐
 *              ▼             │                    ▼                                 │
 *     start ► calling ───────┘ ──── 1xx ────► proceeding ───────────────────────────┘
 *              │ B/F: unanswered                  │
 *              └──────────── final ───────────────┴──► completed ──D/K/M──► gone
 *                                                       repeated 3xx–6xx to INVITE: ACK resent
 *
 * SipStack has Timers B and F itself and does 2xx, PRACK and ACK; here repeated final responses end, so
 * that it parses each once. Deviation: an INVITE that is proceeding is forgotten after half an hour.
 */
import type { SipMessage } from "../../message/mod.ts";
import { T1, T2, T4, TRANSACTION_MS } from "./timers.ts";
import type { Clock, TimerHandle, TransactionFlow } from "../flow/mod.ts";

const PROCEEDING_MS = 30 * 60_000;

export interface ClientTransaction<F extends TransactionFlow> {
  /** On the wire; differs from the one in `request` when the request was sent a second way. */
  readonly branch: string;
  readonly method: string;
  readonly callId: string;
  /** The request as SipStack wrote it, and the offsets of its headers. */
  readonly request: SipMessage;
  /** The request on the wire. */
  wire: string;
  flow: F;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  state: "calling" | "proceeding" | "completed";
  /** Final status once completed. */
  status: number;
  /** True: the final response was our own, the peer knows nothing of it and gets no ACK. */
  isLocal: boolean;
  /** Our ACK to a 3xx–6xx, on the wire. */
  ack: string | undefined;
  resendTimer: TimerHandle;
  endTimer: TimerHandle;
}

/** `deliver` to SipStack, `absorb` a repetition, or `stray`: no transaction of ours. */
export type ResponseVerdict = "deliver" | "absorb" | "stray";

export interface ClientTransactionsOptions<F extends TransactionFlow> {
  clock: Clock;
  /** No response at all came in 64·T1; the transaction is gone. */
  onUnanswered: (transaction: ClientTransaction<F>) => void;
  /** After each retransmission of a request that has had no response yet. */
  onResent?: (transaction: ClientTransaction<F>) => void;
}

export class ClientTransactions<F extends TransactionFlow> {
  /** By method and branch: on the wire, and as SipStack wrote it. */
  readonly #all = new Map<string, ClientTransaction<F>>();
  readonly #written = new Map<string, ClientTransaction<F>>();

  constructor(readonly options: ClientTransactionsOptions<F>) {}

  get size(): number {
    return this.#all.size;
  }

  /**
   * A request is about to be sent under that branch. ACKs have no transaction: see
   * {@link acknowledged}.
   */
  start(branch: string, request: SipMessage, wire: string, flow: F): ClientTransaction<F> {
    const { clock } = this.options;
    const transaction: ClientTransaction<F> = {
      branch,
      method: request.method,
      callId: request.callId,
      request,
      wire,
      flow,
      startedAt: clock.now(),
      state: "calling",
      status: 0,
      isLocal: false,
      ack: undefined,
      resendTimer: undefined,
      endTimer: undefined,
    };
    this.#forget(this.#all.get(keyOf(branch, request.method)));
    this.#all.set(keyOf(branch, request.method), transaction);
    this.#written.set(keyOf(request.via.branch ?? "", request.method), transaction);
    if (!flow.reliable) this.#resendAfter(transaction, T1);
    transaction.endTimer = clock.setTimeout(() => this.#timeOut(transaction), TRANSACTION_MS);
    return transaction;
  }

  /** By the branch on the wire. */
  find(branch: string, method: string): ClientTransaction<F> | undefined {
    return this.#all.get(keyOf(branch, method));
  }

  /** By the branch that SipStack chose. */
  findWritten(branch: string, method: string): ClientTransaction<F> | undefined {
    return this.#written.get(keyOf(branch, method));
  }

  /** Our ACK to a final 3xx–6xx of the INVITE with this branch: it answers repetitions from now on. */
  acknowledged(transaction: ClientTransaction<F>, wire: string): void {
    transaction.ack = wire;
  }

  /** A response came, on whatever flow. */
  receive(branch: string, method: string, status: number): ResponseVerdict {
    const transaction = this.find(branch, method);
    if (transaction === undefined) return "stray";
    if (transaction.state === "completed") return this.#repeated(transaction, status);
    if (status < 200) this.#proceed(transaction);
    else this.#complete(transaction, status);
    return "deliver";
  }

  /**
   * Completes by a 503 of ours, and returns, the transactions that a closed flow leaves without a final
   * response (RFC 3261 §8.1.3.1).
   */
  abandon(flow: F): ClientTransaction<F>[] {
    const pending = [...this.#all.values()].filter((each) =>
      each.flow === flow && each.state !== "completed"
    );
    for (const transaction of pending) {
      transaction.isLocal = true;
      this.#complete(transaction, 503);
    }
    return pending;
  }

  /** The unanswered requests on a flow, which go on. */
  unanswered(flow: F): ClientTransaction<F>[] {
    return [...this.#all.values()].filter((each) => each.flow === flow && each.state === "calling");
  }

  /** Ends one transaction without a word. */
  end(transaction: ClientTransaction<F>): void {
    this.#forget(transaction);
  }

  close(): void {
    for (const transaction of [...this.#all.values()]) this.#forget(transaction);
  }

  #repeated(transaction: ClientTransaction<F>, status: number): ResponseVerdict {
    if (status < 200) return "absorb";
    if (transaction.method !== "INVITE") return "absorb";
    // 2xx: SipStack acknowledges each again, and forks differ in their tags (RFC 6026 §7.2).
    if (status < 300) return "deliver";
    if (transaction.ack !== undefined) transaction.flow.resend(transaction.ack);
    return "absorb";
  }

  #proceed(transaction: ClientTransaction<F>): void {
    if (transaction.state === "proceeding") return;
    transaction.state = "proceeding";
    if (transaction.method !== "INVITE") return;
    this.#stopTimers(transaction);
    this.#endAfter(transaction, PROCEEDING_MS);
  }

  #complete(transaction: ClientTransaction<F>, status: number): void {
    transaction.state = "completed";
    transaction.status = status;
    this.#stopTimers(transaction);
    this.#endAfter(transaction, transaction.method === "INVITE" ? TRANSACTION_MS : T4);
  }

  /** Timers A and E. */
  #resendAfter(transaction: ClientTransaction<F>, interval: number): void {
    const isInvite = transaction.method === "INVITE";
    transaction.resendTimer = this.options.clock.setTimeout(() => {
      transaction.flow.resend(transaction.wire);
      const doubled = transaction.state === "proceeding" ? T2 : interval * 2;
      this.#resendAfter(transaction, isInvite ? doubled : Math.min(doubled, T2));
      if (transaction.state === "calling") this.options.onResent?.(transaction);
    }, interval);
  }

  #endAfter(transaction: ClientTransaction<F>, ms: number): void {
    transaction.endTimer = this.options.clock.setTimeout(() => this.#forget(transaction), ms);
  }

  /** Timers B and F. */
  #timeOut(transaction: ClientTransaction<F>): void {
    const unanswered = transaction.state === "calling";
    this.#forget(transaction);
    if (unanswered) this.options.onUnanswered(transaction);
  }

  #stopTimers(transaction: ClientTransaction<F>): void {
    this.options.clock.clearTimeout(transaction.resendTimer);
    this.options.clock.clearTimeout(transaction.endTimer);
  }

  #forget(transaction: ClientTransaction<F> | undefined): void {
    if (transaction === undefined) return;
    this.#stopTimers(transaction);
    const key = keyOf(transaction.branch, transaction.method);
    if (this.#all.get(key) === transaction) this.#all.delete(key);
    const written = keyOf(transaction.request.via.branch ?? "", transaction.method);
    if (this.#written.get(written) === transaction) this.#written.delete(written);
  }
}

/** RFC 3261 §17.1.3. */
function keyOf(branch: string, method: string): string {
  return `${method} ${branch}`;
}
