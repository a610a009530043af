/**
 * How fast a request of ours may ever be repeated. Every wait before a repetition is computed here, and
 * a server or peer cannot shorten it below these floors.
 *
 *     what                                         how fast
 *     connection to the server                     250 ms, doubling to 60 s
 *     REGISTER after a failure                     2 s, doubling to 5 min; never before Retry-After
 *     REGISTER after a 200 that registered nothing 4 s, doubling to 5 min
 *     REGISTER after a refusal without Retry-After 5 min
 *     flow beside the account's (RFC 5626 §4.5)    90 s × 2ⁿ to 30 min; 30 s × 2ⁿ when none is up
 *     refresh of a registration                    70–85 % of what was granted, at least 2 s, at most a day
 *     REGISTER because our address changed         at once, then 2 s, doubling to 5 min
 *     refresh of a session                         half of what was agreed, at least 10 s
 *     after 491 (RFC 3261 §14.1)                   2.1–4 s
 *     at once, after 401, 407, 422, 423, 3xx       a few times a request: {@link MAX_CHALLENGES} and kin
 *     anything, whatever the reason                {@link RequestGate}
 *
 * Pure.
 */
import { OffhookError } from "../../base/mod.ts";

/** Challenges that one request answers: two realms, a few stale nonces. */
export const MAX_CHALLENGES = 6;
/** Realms that one dialog or registration has credentials for. */
export const MAX_REALMS = 4;
/** Times in a row that a server may ask for a longer interval (422, 423). */
export const MAX_LONGER = 3;
/** Targets that one call is redirected to. */
export const MAX_REDIRECTIONS = 10;

const MIN_REFRESH_MS = 2_000;
const MIN_SESSION_SECONDS = 20;
const DAY_MS = 86_400_000;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 300_000;
/** A refusal that a person has to lift: no point in asking often. */
const REFUSED_RETRY_MS = 300_000;

export interface BackoffLimits {
  firstMs: number;
  maxMs: number;
  /** What worked this long starts the sequence anew. */
  stableMs: number;
}

/** The connection to a server; short at first, for one that was merely cut. */
const CONNECTING: BackoffLimits = { firstMs: 250, maxMs: 60_000, stableMs: 30_000 };

/** Delays that double, bounded, with jitter so that a thousand phones do not come back at once. */
export class Backoff {
  #failures = 0;
  #workedAt: number | undefined;

  /** @param random uniform in [0, 1) */
  constructor(readonly random: () => number, readonly limits: BackoffLimits = CONNECTING) {}

  /** It worked at `now` (milliseconds). */
  reset(now: number): void {
    this.#workedAt = now;
  }

  /** Milliseconds to wait after a failure at `now`: 50–100 % of the bound that doubles. */
  next(now: number): number {
    const { firstMs, maxMs, stableMs } = this.limits;
    if (this.#workedAt !== undefined && now - this.#workedAt >= stableMs) this.#failures = 0;
    this.#workedAt = undefined;
    const wait = backoffDelay(firstMs, maxMs, this.#failures, this.random());
    this.#failures = Math.min(this.#failures + 1, 20);
    return wait;
  }
}

function backoffDelay(firstMs: number, maxMs: number, failures: number, random: number): number {
  const bound = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 20));
  return Math.round(bound * (0.5 + 0.5 * random));
}

/**
 * What happens at once when it is rare, and slower and slower when it happens again and again: a change
 * of our address.
 */
export class Damper {
  #times = 0;
  #last: number | undefined;

  /** @param random uniform in [0, 1) */
  constructor(readonly random: () => number) {}

  /** Milliseconds that the next time has to wait at `now`; 0: at once. It counts as done at their end. */
  next(now: number): number {
    if (this.#last === undefined || now - this.#last >= MAX_RETRY_MS) {
      this.#times = 0;
      this.#last = now;
      return 0;
    }
    const wait = backoffDelay(2 * FIRST_RETRY_MS, MAX_RETRY_MS, this.#times, this.random());
    this.#times += 1;
    this.#last = now + wait;
    return wait;
  }
}

/** RFC 5626 §4.5: base times, while another flow is up and while none is, and their bound. */
const RECOVERY_MS = { base: 90_000, baseAllFailed: 30_000, max: 1_800_000 };

/**
 * ms until a flow that could not be formed is tried again (RFC 5626 §4.5).
 * @param failures in a row, this one included
 * @param othersUp whether the account has another flow
 */
export function flowRecoveryDelay(failures: number, othersUp: boolean, random: number): number {
  const { base, baseAllFailed, max } = RECOVERY_MS;
  return backoffDelay(othersUp ? base : baseAllFailed, max, failures, random);
}

/** ms until the refresh: after 70 to 85 % of what was granted, so that a lost one can be repeated. */
export function refreshDelay(grantedSeconds: number, random: number): number {
  const wished = Math.round(grantedSeconds * 1000 * (0.7 + 0.15 * random));
  return Math.min(DAY_MS, Math.max(MIN_REFRESH_MS, wished));
}

/** Seconds that a session is taken to last, whatever a peer says (RFC 4028 §5 forbids below 90). */
export function heldSession(agreedSeconds: number): number {
  return Math.max(MIN_SESSION_SECONDS, agreedSeconds);
}

/** ms to wait after a 491 (RFC 3261 §14.1), for the side that owns the Call-ID. */
export function glareDelay(random: number): number {
  return 2100 + random * 1900;
}

/**
 * ms until the next REGISTER after a failure. Retry-After makes it later, never sooner.
 * @param status 0: nothing was answered; below 300: a success that registered nothing
 * @param failures failures in a row, this one included
 * @param retryAfterSeconds what the server asked for
 */
export function retryDelay(
  status: number,
  failures: number,
  random: number,
  retryAfterSeconds: number | undefined,
): number {
  const transient = status < 300 || status === 408 || status === 480 || status >= 500;
  if (!transient && retryAfterSeconds === undefined) {
    return Math.round(REFUSED_RETRY_MS * (0.8 + 0.2 * random));
  }
  // Who answers and grants nothing seldom means anything else a second later.
  const doublings = status > 0 && status < 300 ? failures : failures - 1;
  const backoff = backoffDelay(FIRST_RETRY_MS, MAX_RETRY_MS, doublings, random);
  return Math.max(backoff, (retryAfterSeconds ?? 0) * 1000);
}

/** Requests that answer something of the peer's, or end it: bounded by what the peer sends. */
const UNGATED = new Set(["ACK", "BYE", "CANCEL", "INFO", "NOTIFY", "PRACK"]);
/** Requests of one Call-ID and method in a row, and how soon further ones may follow. */
const GATE_BURST = 30;
const GATE_EACH_MS = 1_000;
/** Call-IDs that are remembered. */
const GATE_ENTRIES = 1_000;

/**
 * The last line: no loop, whatever its reason, sends more than thirty requests of one Call-ID and method
 * at once and one a second from then on.
 */
export class RequestGate {
  /** By method and Call-ID: when as many as went out are used up, milliseconds. */
  readonly #spentUntil = new Map<string, number>();

  /** Notes a request at `now`. @throws OffhookError `unreachable` when it is one too many */
  pass(method: string, callId: string, now: number): void {
    if (UNGATED.has(method)) return;
    const key = `${method} ${callId}`;
    const until = Math.max(now, this.#spentUntil.get(key) ?? 0) + GATE_EACH_MS;
    if (until - now > GATE_BURST * GATE_EACH_MS) throw tooOften(method);
    this.#spentUntil.delete(key);
    this.#spentUntil.set(key, until);
    if (this.#spentUntil.size > GATE_ENTRIES) {
      this.#spentUntil.delete(this.#spentUntil.keys().next().value!);
    }
  }
}

function tooOften(method: string): OffhookError {
  return new OffhookError(
    "unreachable",
    `the server asked for another ${method} ${GATE_BURST} times in a row; no more are sent for now`,
    {
      hint:
        "The server is misconfigured, or somebody pretends to be the server; --trace shows its answers.",
      data: { method, burst: GATE_BURST },
    },
  );
}
