/**
 * Is the phone truly able to take and place a call? One judgement for the watchdog, `/healthz`,
 * `/readyz` and the status line.
 *
 *     healthy  the event loop turns, nothing that is ours is broken, no registration is lost for long
 *     ready    besides, every account that should be registered is
 *
 * Pure: facts in, judgement out.
 */
import type { AccountState } from "../core/state.ts";

export interface HealthFacts {
  /** ms that the event loop was late at most, of late. */
  loopLateMs: number;
  accounts: Iterable<AccountFacts>;
  /** Whether anybody is on the phone: a phone that talks is not to be started again. */
  onCall: boolean;
  /** ms that a registration may be lost before the phone counts as broken. */
  graceMs: number;
  /** The media worker answered within its time. */
  mediaAlive: boolean;
  /** Why the process that has sound cards and headsets cannot be had; absent: it can. */
  deviceHost?: string | undefined;
  /** Sound devices that calls need and that do not work. */
  brokenEndpoints: readonly string[];
}

/** An account, and for how many ms it has not been registered. */
export type AccountFacts = AccountState & { lostMs: number };

export interface Health {
  healthy: boolean;
  ready: boolean;
  /** What is wrong, a sentence each; empty when ready. */
  reasons: string[];
}

/** An event loop that stalls this long cannot answer an INVITE in time (Timer A is 500 ms). */
const LATE_MS = 2_000;

export function judge(facts: HealthFacts): Health {
  const broken: string[] = [];
  if (facts.loopLateMs > LATE_MS) {
    broken.push(`the event loop stalled for ${Math.round(facts.loopLateMs)} ms`);
  }
  if (!facts.mediaAlive) broken.push("the media worker does not answer");
  if (facts.deviceHost !== undefined) {
    broken.push(`the device host cannot be had: ${facts.deviceHost}`);
  }
  broken.push(...facts.brokenEndpoints.map((name) => `${name} does not work`));
  const waiting: string[] = [];
  for (const account of facts.accounts) {
    const reason = unregistered(account);
    if (reason !== undefined) (isLost(account, facts) ? broken : waiting).push(reason);
  }
  return {
    healthy: broken.length === 0,
    ready: broken.length === 0 && waiting.length === 0,
    reasons: [...broken, ...waiting],
  };
}

function unregistered({ account, registration, lostMs }: AccountFacts): string | undefined {
  if (!account.register || registration.state === "registered") return undefined;
  const why = registration.state === "failed" ? `: ${registration.error.message}` : "";
  return `${account.id} is not registered since ${Math.round(lostMs / 1_000)} s${why}`;
}

/**
 * Whether a new start could mend it. What failed for good (a wrong password) or was wished stays as it
 * is: trying again and again may lock the account.
 */
function isLost({ registration, lostMs }: AccountFacts, facts: HealthFacts): boolean {
  const given = registration.state === "failed" && registration.retryInMs === undefined;
  if (given || registration.state === "unregistered" || facts.onCall) return false;
  return lostMs > facts.graceMs;
}
