/**
 * The check list (RFC 8445 §6.1.2): pairs of a base of ours and a candidate of the peer, the best
 * first, at most 100 of them.
 *
 *     frozen ─► waiting ─► in-progress ─► succeeded
 *                  ▲            └───────► failed
 *                  └── triggered by a check of the peer ──┘
 */
import { canReach, type IceBase, type LocalCandidate, type RemoteCandidate } from "./candidate.ts";

/** RFC 8445 §6.1.2.5: the limit that it recommends. */
export const MAX_PAIRS = 100;

export interface CandidatePair {
  /** A host or relayed candidate: the base of what it stands for. */
  readonly local: LocalCandidate;
  readonly remote: RemoteCandidate;
  priority: bigint;
  state: "frozen" | "waiting" | "in-progress" | "succeeded" | "failed";
  /** Transactions of the checks that are under way. */
  readonly checks: Set<string>;
  /** A nomination that waits for the check's success: the peer's, or our own under way. */
  nominating: boolean;
  nominated: boolean;
  /** Checked once more because the peer sends by it, though another pair is in use. */
  triedLate?: true;
  /** How often we asked the peer to use it. */
  nominations: number;
  /** Where the peer saw us, once a check succeeded. */
  mapped?: { address: string; port: number };
}

export class CheckList {
  readonly pairs: CandidatePair[] = [];
  readonly #locals: LocalCandidate[];
  /** Pairs to be checked first, by checks of the peer. */
  readonly #triggered: CandidatePair[] = [];
  /** Pairs that were left out because there were too many. */
  leftOut = 0;

  /** @param locals every candidate of ours; only bases are paired (RFC 8445 §6.1.2.4) */
  constructor(locals: readonly LocalCandidate[]) {
    this.#locals = locals.filter(({ type }) => type === "host" || type === "relay");
  }

  /** Pairs the peer's candidates with ours and sets out which are checked first (§6.1.2.6). */
  form(remotes: readonly RemoteCandidate[], controlling: boolean): void {
    for (const local of this.#locals) {
      for (const remote of remotes) {
        if (!canReach(local.base, remote) || this.find(local.base, remote)) continue;
        this.pairs.push(pairOf(local, remote, controlling));
      }
    }
    this.sort(controlling);
    this.leftOut += this.pairs.splice(MAX_PAIRS).length;
    const seen = new Set<string>();
    for (const pair of this.pairs) {
      const foundation = foundationOf(pair);
      if (pair.state === "frozen" && !seen.has(foundation)) pair.state = "waiting";
      seen.add(foundation);
    }
  }

  find(
    base: IceBase,
    { address, port }: { address: string; port: number },
  ): CandidatePair | undefined {
    return this.pairs.find(({ local, remote }) =>
      local.base === base && remote.port === port && remote.address === address
    );
  }

  /** A pair that a check of the peer told of; undefined when the list is full. */
  add(base: IceBase, remote: RemoteCandidate, controlling: boolean): CandidatePair | undefined {
    const local = this.#locals.find((candidate) => candidate.base === base);
    if (local === undefined) return undefined;
    if (this.pairs.length >= MAX_PAIRS && !this.#dropWorst()) {
      this.leftOut += 1;
      return undefined;
    }
    const pair = pairOf(local, remote, controlling);
    this.pairs.push(pair);
    this.sort(controlling);
    return pair;
  }

  /** Checks the pair before all others. */
  trigger(pair: CandidatePair): void {
    if (pair.state !== "succeeded") pair.state = "waiting";
    if (!this.#triggered.includes(pair)) this.#triggered.push(pair);
  }

  /** The pair to be checked now; undefined: none at present. */
  next(): CandidatePair | undefined {
    const triggered = this.#triggered.shift();
    if (triggered !== undefined) return triggered;
    const waiting = this.pairs.find(({ state }) => state === "waiting");
    if (waiting !== undefined) return waiting;
    const busy = new Set(
      this.pairs.filter(({ state }) => state === "in-progress").map(foundationOf),
    );
    return this.pairs.find((pair) => pair.state === "frozen" && !busy.has(foundationOf(pair)));
  }

  /** Pairs of the same foundations are likely to work, too (§7.2.5.3.3). */
  unfreeze(like: CandidatePair): void {
    for (const pair of this.pairs) {
      if (pair.state === "frozen" && foundationOf(pair) === foundationOf(like)) {
        pair.state = "waiting";
      }
    }
  }

  /** Nothing is tried any more but what is triggered from now on. */
  settle(): void {
    this.#triggered.length = 0;
    for (const pair of this.pairs) {
      if (pair.state === "frozen" || pair.state === "waiting") pair.state = "failed";
    }
  }

  /** The best pair that works. */
  get best(): CandidatePair | undefined {
    return this.pairs.find(({ state }) => state === "succeeded");
  }

  /** Whether a better pair than this may still turn out to work. */
  mayImprove(on: CandidatePair): boolean {
    return this.pairs.some(({ state, priority }) =>
      priority > on.priority && state !== "failed" && state !== "succeeded"
    );
  }

  /** Puts the best first, by the role that we have now (§6.1.2.3). */
  sort(controlling: boolean): void {
    for (const pair of this.pairs) pair.priority = pairPriority(pair, controlling);
    this.pairs.sort((a, b) => a.priority < b.priority ? 1 : a.priority > b.priority ? -1 : 0);
  }

  /** Makes room: the worst of those that have not worked. */
  #dropWorst(): boolean {
    const at = this.pairs.findLastIndex(({ state }) => state === "frozen" || state === "failed");
    if (at < 0) return false;
    this.pairs.splice(at, 1);
    return true;
  }
}

function pairOf(
  local: LocalCandidate,
  remote: RemoteCandidate,
  controlling: boolean,
): CandidatePair {
  const pair: CandidatePair = {
    local,
    remote,
    priority: 0n,
    state: "frozen",
    checks: new Set(),
    nominating: false,
    nominated: false,
    nominations: 0,
  };
  pair.priority = pairPriority(pair, controlling);
  return pair;
}

function pairPriority({ local, remote }: CandidatePair, controlling: boolean): bigint {
  const ours = BigInt(local.priority);
  const theirs = BigInt(remote.priority);
  const [lesser, greater] = ours < theirs ? [ours, theirs] : [theirs, ours];
  const first = controlling ? ours > theirs : theirs > ours;
  return (lesser << 32n) + 2n * greater + (first ? 1n : 0n);
}

function foundationOf({ local, remote }: CandidatePair): string {
  return `${local.foundation} ${remote.foundation}`;
}
