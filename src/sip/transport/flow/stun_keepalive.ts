/**
 * Keeps a UDP flow open by STUN (RFC 5626 §4.4.2), and notices that it is broken.
 *
 *     ask ─► Binding request, sent again for 40 s ─┬─ answer, the address as before ─► alive
 *                                                  ├─ answer, another address ───────► mapped()
 *                                                  └─ none, an error ─► dead(); never answered: gives up
 *
 * An answer counts that comes on the flow and knows the request's 96 random bits; anything else changes
 * nothing. Loaded with the first flow that a server keeps.
 *
 * Deviation: silence from a server that never answered one proves nothing, and ends the asking: not each
 * that keeps flows speaks STUN.
 */
import { isUnicast } from "../../../base/network/mod.ts";
import { mappedAddressOf, METHOD, parseStun, StunWriter } from "../../../base/stun/mod.ts";
import type { Address, Clock, TimerHandle } from "./types.ts";

/** RFC 8489 §6.2.1: 500 ms, doubling; seven requests; 16 times the first wait after the last. */
const RTO_MS = 500;
const MOST_REQUESTS = 7;
const LAST_WAIT_MS = 16 * RTO_MS;

export interface StunKeepaliveOptions {
  clock: Clock;
  send(bytes: Uint8Array): void;
  /** The server sees us at another address than before. */
  mapped(address: Address): void;
  /** It answered before, and does not any more. */
  dead(): void;
}

interface Pending {
  transactionId: string;
  bytes: Uint8Array;
  sent: number;
  timer: TimerHandle;
}

export class StunKeepalive {
  readonly #options: StunKeepaliveOptions;
  #pending: Pending | undefined;
  #mapped: Address | undefined;
  #gaveUp = false;

  constructor(options: StunKeepaliveOptions) {
    this.#options = options;
  }

  /** False: the server speaks no STUN, and another keepalive is needed. */
  get isOfUse(): boolean {
    return !this.#gaveUp;
  }

  /** Asks, unless a request is under way. */
  ask(): void {
    if (this.#gaveUp || this.#pending !== undefined) return;
    const transactionId = crypto.getRandomValues(new Uint8Array(12)).toHex();
    const { bytes } = new StunWriter(METHOD.binding, "request", transactionId);
    this.#pending = { transactionId, bytes, sent: 0, timer: undefined };
    this.#send(this.#pending);
  }

  /** Something that is no SIP message came on the flow. */
  receive(bytes: Uint8Array): void {
    const pending = this.#pending;
    const message = parseStun(bytes);
    if (pending === undefined || message?.transactionId !== pending.transactionId) return;
    if (message.method !== METHOD.binding || message.unknown.length > 0) return;
    if (message.class === "error") return this.#failed();
    const mapped = message.class === "success" ? mappedAddressOf(message) : undefined;
    if (mapped === undefined || mapped.port === 0 || !isUnicast(mapped.address)) return;
    this.#settle();
    this.#take({ host: mapped.address, port: mapped.port });
  }

  stop(): void {
    this.#settle();
    this.#gaveUp = true;
  }

  #take(address: Address): void {
    const before = this.#mapped;
    this.#mapped = address;
    if (before === undefined) return;
    if (before.host !== address.host || before.port !== address.port) this.#options.mapped(address);
  }

  #send(pending: Pending): void {
    this.#options.send(pending.bytes);
    pending.sent += 1;
    const isLast = pending.sent === MOST_REQUESTS;
    const wait = isLast ? LAST_WAIT_MS : RTO_MS * 2 ** (pending.sent - 1);
    pending.timer = this.#options.clock.setTimeout(() => {
      if (isLast) this.#failed();
      else this.#send(pending);
    }, wait);
  }

  #failed(): void {
    const hasAnswered = this.#mapped !== undefined;
    this.stop();
    if (hasAnswered) this.#options.dead();
  }

  #settle(): void {
    this.#options.clock.clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }
}
