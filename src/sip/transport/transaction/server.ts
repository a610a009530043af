/**
 * The server transactions that SipStack leaves half done (RFC 3261 §17.2, RFC 6026): every response finds
 * the flow of its request; on UDP repeated requests are answered from here, without SipStack seeing them
 * again, and a 3xx–6xx to INVITE is resent until its ACK comes.
 *
 *     request ► proceeding ── final ──► completed ──J/L──► gone
 *                 ▲  │ repeated:            │ repeated: last response again (INVITE 2xx: absorbed)
 *                 └──┘ last response        │ INVITE 3xx–6xx: G resends until ACK or H
 *                                           └─ ACK ──► confirmed ──I──► gone
 *
 * SipStack resends its 2xx itself. A finished transaction only absorbs repetitions: when a source, or all
 * together, hold more bytes than they may, the oldest finished ones go early.
 */
import { header, type SipMessage } from "../../message/mod.ts";
import { keptKey, SERVER_TRANSACTIONS } from "../../limits/mod.ts";
import { T1, T2, T4, TRANSACTION_MS } from "./timers.ts";
import type { Clock, TimerHandle, TransactionFlow } from "../flow/mod.ts";

export interface ServerTransaction<F extends TransactionFlow> {
  /** {@link transactionId} of its request. */
  readonly id: string;
  readonly key: string;
  readonly method: string;
  readonly branch: string | undefined;
  readonly flow: F;
  /** Of the request and of the last response: characters, which are bytes but for names in Unicode. */
  bytes: number;
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

export interface ServerTransactionsOptions<F extends TransactionFlow> {
  limits?: { bytesPerSource: number; bytesInAll: number; count: number };
  /** It made way for others: whatever else is kept of it can go too. */
  onEvicted?: (transaction: ServerTransaction<F>) => void;
}

export class ServerTransactions<F extends TransactionFlow> {
  readonly #all = new Map<string, ServerTransaction<F>>();
  /** The same by source, the oldest first. */
  readonly #bySource = new Map<string, { bytes: number; all: Set<ServerTransaction<F>> }>();
  readonly #limits: NonNullable<ServerTransactionsOptions<F>["limits"]>;
  #bytes = 0;

  constructor(readonly clock: Clock, readonly options: ServerTransactionsOptions<F> = {}) {
    this.#limits = options.limits ?? SERVER_TRANSACTIONS;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Of requests and responses that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A request came; its responses are to take `flow`. */
  receive(request: SipMessage, flow: F): RequestVerdict {
    const id = transactionId(request);
    const key = keyOf(request, request.method === "ACK" ? "INVITE" : request.method);
    const known = this.#all.get(key);
    if (request.method === "ACK") return known === undefined ? "deliver" : this.#acknowledge(known);
    if (known !== undefined) {
      this.#repeated(known);
      return "absorb";
    }
    this.#start(id, request, flow);
    return "deliver";
  }

  /** A response is about to be sent on the transaction's flow. */
  respond(transaction: ServerTransaction<F>, status: number, wire: string): void {
    const wasCompleted = transaction.state !== "proceeding";
    this.#weigh(transaction, wire.length - (transaction.response?.length ?? 0));
    transaction.response = wire;
    transaction.status = status;
    if (status >= 200 && !wasCompleted) this.#complete(transaction);
    this.#makeRoom(transaction.flow);
  }

  /** The transaction that a response belongs to. */
  find(response: SipMessage): ServerTransaction<F> | undefined {
    return this.#all.get(keyOf(response, response.method));
  }

  /** The flow of the request with this top Via branch, while its transaction lasts. */
  flowOf(branch: string, method: string): F | undefined {
    const kept = keptKey(branch);
    for (const transaction of this.#all.values()) {
      if (transaction.branch === kept && transaction.method === method) return transaction.flow;
    }
    return undefined;
  }

  close(): void {
    for (const transaction of [...this.#all.values()]) this.#forget(transaction);
  }

  #start(id: string, request: SipMessage, flow: F): void {
    const key = keyOf(request, request.method);
    const transaction: ServerTransaction<F> = {
      id,
      key,
      method: request.method,
      branch: request.via.branch && keptKey(request.via.branch),
      flow,
      bytes: 0,
      state: "proceeding",
      status: 0,
      response: undefined,
      resendTimer: undefined,
      endTimer: undefined,
    };
    if (this.#all.size >= this.#limits.count) this.#evict(this.#all.values().next().value!);
    this.#all.set(key, transaction);
    this.#weigh(transaction, request.text.length);
    this.#makeRoom(flow);
    this.#endAfter(transaction, request.method === "INVITE" ? RINGING_MS : UNANSWERED_MS);
  }

  #weigh(transaction: ServerTransaction<F>, bytes: number): void {
    const name = sourceOf(transaction.flow);
    let source = this.#bySource.get(name);
    if (source === undefined) this.#bySource.set(name, source = { bytes: 0, all: new Set() });
    source.all.add(transaction);
    transaction.bytes += bytes;
    source.bytes += bytes;
    this.#bytes += bytes;
  }

  #makeRoom(flow: F): void {
    const { bytesPerSource, bytesInAll } = this.#limits;
    const source = this.#bySource.get(sourceOf(flow));
    if (source !== undefined && source.bytes > bytesPerSource) {
      this.#evictFinished(source.all, () => source.bytes > bytesPerSource);
    }
    if (this.#bytes > bytesInAll) {
      this.#evictFinished(this.#all.values(), () => this.#bytes > bytesInAll);
    }
  }

  /** What still rings stays: so many calls are not taken that these could fill the memory. */
  #evictFinished(oldest: Iterable<ServerTransaction<F>>, tooMuch: () => boolean): void {
    for (const transaction of oldest) {
      if (!tooMuch()) return;
      if (transaction.state !== "proceeding") this.#evict(transaction);
    }
  }

  #evict(transaction: ServerTransaction<F>): void {
    this.#forget(transaction);
    this.options.onEvicted?.(transaction);
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
    if (this.#all.get(transaction.key) !== transaction) return;
    this.#all.delete(transaction.key);
    const name = sourceOf(transaction.flow);
    const source = this.#bySource.get(name);
    if (source === undefined) return;
    this.#bytes -= transaction.bytes;
    source.bytes -= transaction.bytes;
    source.all.delete(transaction);
    if (source.all.size === 0) this.#bySource.delete(name);
  }
}

function sourceOf({ remote }: TransactionFlow): string {
  return remote?.host ?? "";
}

const MAGIC_COOKIE = "z9hG4bK";

/**
 * What a request shares with its retransmissions, its CANCEL and the ACK to its refusal (RFC 3261
 * §17.2.3): branch and sent-by, or for peers of RFC 2543 what tells requests apart there.
 */
export function transactionId(message: SipMessage): string {
  const { via } = message;
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? 5060}`;
  if (via.branch?.startsWith(MAGIC_COOKIE) && via.branch.length > MAGIC_COOKIE.length) {
    return keptKey(`${via.branch} ${sentBy}`);
  }
  const from = header(message, "from") ?? "";
  return keptKey(`${message.callId} ${message.cseq} ${from} ${sentBy}`);
}

/** Of a CANCEL also the address that it came from, so that nobody uses up the CANCEL of another. */
function keyOf(message: SipMessage, method: string): string {
  const source = method === "CANCEL" ? message.via.received ?? "" : "";
  return `${method} ${transactionId(message)} ${source}`;
}
