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
import {
  mappedAddressOf,
  METHOD,
  parseStun,
  type StunMessage,
  StunTransactions,
  StunWriter,
} from "../../../base/stun/mod.ts";
import type { Address, Clock } from "./types.ts";

export interface StunKeepaliveOptions {
  clock: Clock;
  send(bytes: Uint8Array): void;
  /** The server sees us at another address than before. */
  mapped(address: Address): void;
  /** It answered before, and does not any more. */
  dead(): void;
}

export class StunKeepalive {
  readonly #options: StunKeepaliveOptions;
  readonly #requests: StunTransactions;
  /** The request under way. */
  #pending: string | undefined;
  #mapped: Address | undefined;
  #gaveUp = false;

  constructor(options: StunKeepaliveOptions) {
    this.#options = options;
    this.#requests = new StunTransactions(options.clock);
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
    const send = () => this.#options.send(bytes);
    this.#pending = transactionId;
    this.#requests.begin({ transactionId, send }, (message) => {
      this.#pending = undefined;
      const mapped = message && mappedAddressOf(message);
      if (message?.class !== "success" || mapped === undefined) return this.#failed();
      this.#take({ host: mapped.address, port: mapped.port });
    });
  }

  /** Something that is no SIP message came on the flow. */
  receive(bytes: Uint8Array): void {
    const message = parseStun(bytes);
    if (message !== undefined) this.#requests.take(message, undefined, () => answers(message));
  }

  stop(): void {
    this.#requests.close();
    this.#pending = undefined;
    this.#gaveUp = true;
  }

  #take(address: Address): void {
    const before = this.#mapped;
    this.#mapped = address;
    if (before === undefined) return;
    if (before.host !== address.host || before.port !== address.port) this.#options.mapped(address);
  }

  #failed(): void {
    const hasAnswered = this.#mapped !== undefined;
    this.stop();
    if (hasAnswered) this.#options.dead();
  }
}

/** Whether it answers a question for our address: with one that a host can have, or an error. */
function answers(message: StunMessage): boolean {
  if (message.method !== METHOD.binding || message.unknown.length > 0) return false;
  if (message.class === "error") return true;
  const mapped = mappedAddressOf(message);
  return mapped !== undefined && mapped.port !== 0 && isUnicast(mapped.address);
}
