/**
 * Is the phone able to take and place a call? One judgement for the watchdog, `/livez`, `/healthz`,
 * `/readyz`, `offhook status` and the status line of the service manager.
 *
 *     works    the process does its work: whoever asks is answered, and there is a media thread
 *     healthy  besides, nothing that it needs is broken, and no registration is lost for long
 *     ready    besides, every account that should be registered is
 *
 * Only `works` feeds the watchdog. A new start mends neither a server, nor a disk, nor a sound card,
 * and it ends every call. Pure: facts in, judgement out.
 */
import type { Health } from "../../control/contract/mod.ts";
import type { AccountState } from "../../core/account/mod.ts";

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
  /** ms for which it, and the ones that were started in its place, have not answered; absent: 0. */
  mediaSilentMs?: number;
  /** Why the process that has sound cards and headsets cannot be had; absent: it can. */
  deviceHost?: string | undefined;
  /** Sound devices that calls need and that do not work. */
  brokenEndpoints: readonly string[];
  /** Other things that somebody has to mend, a sentence each; absent: none. */
  troubles?: readonly string[];
}

/** An account, and for how many ms it has not been registered. */
export type AccountFacts = AccountState & { lostMs: number };

/** An event loop that stalls this long cannot answer an INVITE in time (Timer A is 500 ms). */
const LATE_MS = 2_000;
/** Longer than it takes to end a media thread that hangs and to start two others. */
const MEDIA_LOST_MS = 30_000;

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
  broken.push(...facts.troubles ?? []);
  const waiting: string[] = [];
  for (const account of facts.accounts) {
    const reason = unregistered(account);
    if (reason !== undefined) (isLost(account, facts) ? broken : waiting).push(reason);
  }
  return {
    // That the event loop turns needs no fact: otherwise nobody would be told anything.
    works: (facts.mediaSilentMs ?? 0) <= MEDIA_LOST_MS,
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
