/**
 * The server transactions that SIP.js leaves half done (RFC 3261 §17.2, RFC 6026): every response finds
 * the flow of its request; on UDP repeated requests are answered from here, without SIP.js seeing them
 * again, and a 3xx–6xx to INVITE is resent until its ACK comes.
 *
 *     request ► proceeding ── final ──► completed ──J/L──► gone
 *                 ▲  │ repeated:            │ repeated: last response again (INVITE 2xx: absorbed)
 *                 └──┘ last response        │ INVITE 3xx–6xx: G resends until ACK or H
 *                                           └─ ACK ──► confirmed ──I──► gone
 *
 * SIP.js resends its 2xx itself. Not on the real-time path.
 */
import { header, type SipMessage } from "../../message/scan.ts";
import type { TransactionFlow } from "./client.ts";
import { T1, T2, T4, TRANSACTION_MS } from "./timers.ts";
import type { Clock, TimerHandle } from "../flow/types.ts";

export interface ServerTransaction<F extends TransactionFlow> {
  readonly key: string;
  readonly method: string;
  readonly branch: string | undefined;
  readonly flow: F;
  state: "proceeding" | "completed" | "confirmed";
  status: number;
  /** The last response on the wire. */
  response: string | undefined;
  resendTimer: TimerHandle;
  endTimer: TimerHandle;
}

export type RequestVerdict = "deliver" | "absorb";

/** Requests that nobody ever answers are forgotten after this long. */
const UNANSWERED_MS = 5 * 60_000;
/** An INVITE may ring. */
const RINGING_MS = 60 * 60_000;
/** A flood must not fill the memory: beyond this the oldest transactions are forgotten. */
const MAX_TRANSACTIONS = 20_000;

export class ServerTransactions<F extends TransactionFlow> {
  readonly #all = new Map<string, ServerTransaction<F>>();

  constructor(readonly clock: Clock, readonly limit = MAX_TRANSACTIONS) {}

  get size(): number {
    return this.#all.size;
  }

  /** A request came; its responses are to take `flow`. */
  receive(request: SipMessage, flow: F): RequestVerdict {
    const key = keyOf(request, request.method === "ACK" ? "INVITE" : request.method);
    const known = this.#all.get(key);
    if (request.method === "ACK") return known === undefined ? "deliver" : this.#acknowledge(known);
    if (known !== undefined) {
      this.#repeated(known);
      return "absorb";
    }
    this.#start(key, request, flow);
    return "deliver";
  }

  /** A response is about to be sent on the transaction's flow. */
  respond(transaction: ServerTransaction<F>, status: number, wire: string): void {
    const wasCompleted = transaction.state !== "proceeding";
    transaction.response = wire;
    transaction.status = status;
    if (status >= 200 && !wasCompleted) this.#complete(transaction);
  }

  /** The transaction that a response belongs to. */
  find(response: SipMessage): ServerTransaction<F> | undefined {
    return this.#all.get(keyOf(response, response.method));
  }

  /** The flow of the request with this top Via branch, while its transaction lasts. */
  flowOf(branch: string, method: string): F | undefined {
    for (const transaction of this.#all.values()) {
      if (transaction.branch === branch && transaction.method === method) return transaction.flow;
    }
    return undefined;
  }

  close(): void {
    for (const transaction of [...this.#all.values()]) this.#forget(transaction);
  }

  #start(key: string, request: SipMessage, flow: F): void {
    const transaction: ServerTransaction<F> = {
      key,
      method: request.method,
      branch: request.via.branch,
      flow,
      state: "proceeding",
      status: 0,
      response: undefined,
      resendTimer: undefined,
      endTimer: undefined,
    };
    if (this.#all.size >= this.limit) this.#forget(this.#all.values().next().value);
    this.#all.set(key, transaction);
    this.#endAfter(transaction, request.method === "INVITE" ? RINGING_MS : UNANSWERED_MS);
  }

  #repeated(transaction: ServerTransaction<F>): void {
    if (transaction.response === undefined || transaction.state === "confirmed") return;
    const accepted = transaction.method === "INVITE" && transaction.state === "completed" &&
      transaction.status < 300;
    if (!accepted) transaction.flow.resend(transaction.response);
  }

  #acknowledge(transaction: ServerTransaction<F>): RequestVerdict {
    if (transaction.state === "confirmed") return "absorb";
    if (transaction.state === "completed" && transaction.status >= 300) {
      transaction.state = "confirmed";
      this.#stopTimers(transaction);
      this.#endAfter(transaction, T4);
    }
    return "deliver";
  }

  #complete(transaction: ServerTransaction<F>): void {
    transaction.state = "completed";
    this.#stopTimers(transaction);
    this.#endAfter(transaction, TRANSACTION_MS);
    const resends = transaction.method === "INVITE" && transaction.status >= 300;
    if (resends && !transaction.flow.reliable) this.#resendAfter(transaction, T1);
  }

  /** Timer G. */
  #resendAfter(transaction: ServerTransaction<F>, interval: number): void {
    transaction.resendTimer = this.clock.setTimeout(() => {
      if (transaction.response !== undefined) transaction.flow.resend(transaction.response);
      this.#resendAfter(transaction, Math.min(interval * 2, T2));
    }, interval);
  }

  #endAfter(transaction: ServerTransaction<F>, ms: number): void {
    transaction.endTimer = this.clock.setTimeout(() => this.#forget(transaction), ms);
  }

  #stopTimers(transaction: ServerTransaction<F>): void {
    this.clock.clearTimeout(transaction.resendTimer);
    this.clock.clearTimeout(transaction.endTimer);
  }

  #forget(transaction: ServerTransaction<F> | undefined): void {
    if (transaction === undefined) return;
    this.#stopTimers(transaction);
    this.#all.delete(transaction.key);
  }
}

const MAGIC_COOKIE = "z9hG4bK";

/** RFC 3261 §17.2.3: branch and sent-by, or for peers of RFC 2543 what tells requests apart there. */
function keyOf(message: SipMessage, method: string): string {
  const { via } = message;
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? ""}`;
  if (via.branch?.startsWith(MAGIC_COOKIE) && via.branch.length > MAGIC_COOKIE.length) {
    return `${method} ${via.branch} ${sentBy}`;
  }
  const from = header(message, "from") ?? "";
  return `${method} ${message.callId} ${message.cseq} ${from} ${sentBy}`;
}
