/**
 * What an agent asks the peer on a pair: checks and nominations (RFC 8445 §7.2), consent (RFC 7675), and
 * whether the pair still works. Which answer is believed is the agent's to say.
 */
import type { Clock } from "../../../base/time/mod.ts";
import type { IceCredentials } from "../../../core/media/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  randomId,
  type RequestOptions,
  type Settle,
  type SocketAddress,
  type StunMessage,
  StunTransactions,
} from "../stun/mod.ts";
import { peerReflexivePriority } from "./candidate.ts";
import type { CandidatePair } from "./check_list.ts";
import { checkRequest, isFrom } from "./checks.ts";
import type { IceRole } from "./ice_role.ts";

/**
 * Requests of all first checks together, whatever the number of pairs: a description may name a
 * stranger's address a hundred times.
 *
 * Deviation from RFC 8445 §14.3, which has the checks of many pairs repeated more slowly, for as long as
 * they would take then: here they are repeated as soon, and less often.
 */
const MAX_REQUESTS = 300;
const LEAST_REQUESTS = 3;
const MOST_REQUESTS = 7;
/** Checks of one pair at a time: the first, and one that the peer triggered. */
const MAX_CHECKS = 2;
/**
 * A nomination is asked of a pair that works: it is repeated sooner, and put a second time before another
 * pair is tried, because the peer may use this one already.
 */
const NOMINATION = { rtoMs: 150, requests: 6 };
/**
 * Deviation from RFC 7675 §5.1, which repeats no question: one that is not answered is put twice
 * more, or a network that loses every fourth datagram takes consent away within minutes.
 */
const CONSENT = { requests: 3 };
/** Three times within the time that an answer may take, ms: a new network waits for that. */
const PROBE = { rtoMs: 100, requests: 3 };
const PROBE_MS = 400;

export class PairRequests {
  /** The peer's; nothing is asked before it is known. */
  remote: IceCredentials | undefined;
  readonly #around: { clock: Clock; random: Random32; credentials: IceCredentials };
  readonly #role: IceRole;
  readonly #transactions: StunTransactions;

  constructor(
    around: { clock: Clock; random: Random32; credentials: IceCredentials },
    role: IceRole,
  ) {
    this.#around = around;
    this.#role = role;
    this.#transactions = new StunTransactions(around.clock);
  }

  /**
   * Of more checks than two the oldest is given up.
   * @param pairs how many are checked in all
   */
  check(pair: CandidatePair, nominate: boolean, pairs: number, settle: Settle): void {
    if (pair.checks.size >= MAX_CHECKS) this.drop(pair, [...pair.checks][0]!);
    const request = this.#request(pair, nominate);
    const { transactionId } = request;
    pair.checks.add(transactionId);
    const requests = Math.floor(MAX_REQUESTS / pairs);
    const pacing = nominate
      ? NOMINATION
      : { requests: Math.min(Math.max(requests, LEAST_REQUESTS), MOST_REQUESTS) };
    this.#transactions.begin({ ...request, ...pacing }, (response, source) => {
      pair.checks.delete(transactionId);
      settle(response, source);
    });
  }

  askConsent(pair: CandidatePair, settle: Settle): void {
    this.#transactions.begin({ ...this.#request(pair, false), ...CONSENT }, settle);
  }

  /** Whether the peer answers by the pair, and soon. */
  probe(pair: CandidatePair): Promise<boolean> {
    const { clock } = this.#around;
    const request = this.#request(pair, false);
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        this.#transactions.drop(request.transactionId);
        resolve(false);
      }, PROBE_MS);
      this.#transactions.begin({ ...request, ...PROBE }, (response) => {
        clock.clearTimeout(timer);
        resolve(response?.class === "success");
      });
    });
  }

  /** A response that the peer signed settles its request. */
  take(message: StunMessage, source: SocketAddress): void {
    const { remote } = this;
    if (remote !== undefined) {
      this.#transactions.take(message, source, () => isFrom(message, remote));
    }
  }

  has(transactionId: string): boolean {
    return this.#transactions.has(transactionId);
  }

  drop(pair: CandidatePair, transactionId: string): void {
    pair.checks.delete(transactionId);
    this.#transactions.drop(transactionId);
  }

  close(): void {
    this.#transactions.close();
  }

  #request(pair: CandidatePair, nominate: boolean): RequestOptions {
    const { random, credentials } = this.#around;
    const transactionId = randomId(random);
    const bytes = checkRequest({
      transactionId,
      local: credentials,
      remote: this.remote!,
      priority: peerReflexivePriority(pair.local),
      controlling: this.#role.controlling,
      tieBreaker: this.#role.tieBreaker,
      nominate,
    });
    const { address, port } = pair.remote;
    return { transactionId, send: () => pair.local.base.send(bytes, address, port) };
  }
}
