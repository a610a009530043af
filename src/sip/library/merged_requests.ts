/**
 * Merged requests: one request that reached us on two ways, with two branches (RFC 3261 §8.2.2.2).
 */
import type { IncomingRequestMessage, UserAgentCore } from "sip.js/lib/core/index.js";
import { keptKey } from "../limits/mod.ts";

export class MergedRequests {
  readonly #core: UserAgentCore;
  /** Transaction key by From tag, Call-ID and CSeq. */
  readonly #first = new Map<string, string>();

  constructor(core: UserAgentCore) {
    this.#core = core;
  }

  /**
   * Notes a request outside any dialog that begins a transaction.
   * @returns true when the same one is being handled under another branch
   */
  isMerged(message: IncomingRequestMessage): boolean {
    const key = keptKey(`${message.fromTag}\n${message.callId}\n${message.cseq}`);
    const first = this.#first.get(key);
    const transactions = this.#core.userAgentServers;
    if (first !== undefined && first !== message.viaBranch && transactions.has(first)) return true;
    this.#first.set(key, message.viaBranch);
    // Most of them are over by then.
    if (this.#first.size > 2 * transactions.size + 256) this.#forget();
    return false;
  }

  #forget(): void {
    for (const [key, transaction] of this.#first) {
      if (!this.#core.userAgentServers.has(transaction)) this.#first.delete(key);
    }
  }
}
