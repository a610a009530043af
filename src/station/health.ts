/**
 * Is the phone truly able to take and place a call? One judgement for the watchdog, `/healthz`,
 * `/readyz` and the status line.
 *
 *     healthy  the event loop turns, and nothing that is ours is broken
 *     ready    besides, every account that should be registered is
 *
 * Pure: facts in, judgement out.
 */
import type { AccountState } from "../core/state.ts";

export interface HealthFacts {
  /** ms that the event loop was late at most since the last judgement. */
  loopLateMs: number;
  accounts: Iterable<AccountState>;
  /** The media worker answered within its time. */
  mediaAlive: boolean;
  /** Sound devices that calls need and that do not work. */
  brokenEndpoints: readonly string[];
}

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
  broken.push(...facts.brokenEndpoints.map((name) => `${name} does not work`));
  const waiting = [...facts.accounts].flatMap(unregistered);
  return {
    healthy: broken.length === 0,
    ready: broken.length === 0 && waiting.length === 0,
    reasons: [...broken, ...waiting],
  };
}

function unregistered({ account, registration }: AccountState): string[] {
  if (!account.register || registration.state === "registered") return [];
  const why = registration.state === "failed" ? `: ${registration.error.message}` : "";
  return [`${account.id} is not registered${why}`];
}

/** Measures how late timers fire: the truth about an event loop. */
export class LoopWatch {
  #worst = 0;
  #expected: number;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(everyMs = 500) {
    this.#expected = performance.now() + everyMs;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#worst = Math.max(this.#worst, now - this.#expected);
      this.#expected = now + everyMs;
    }, everyMs);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** The worst lateness in ms since the last call. */
  take(): number {
    const worst = this.#worst;
    this.#worst = 0;
    return worst;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
