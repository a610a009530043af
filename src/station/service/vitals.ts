/**
 * Gathers what {@link judge} is told: how late timers fire, which devices of calls are broken, and
 * since when each account is not registered.
 */
import type { Health, Sequenced } from "../../control/contract/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import type { PhoneState } from "../../core/state/mod.ts";
import type { PhoneVitals } from "../phone/mod.ts";
import { type AccountFacts, judge } from "./health.ts";

/** ms that a registration may be lost, unless the configuration says. */
export const GRACE_MS = 300_000;

export class Vitals {
  /** See {@link HealthFacts}. */
  graceMs = GRACE_MS;
  readonly #loop: LoopWatch;
  readonly #now: () => number;
  readonly #lostSince = new Map<AccountId, number>();
  readonly #broken = new Map<string, string>();
  /** Since when no media thread answers. */
  #mediaSilent: number | undefined;

  /**
   * @param windowMs a stall counts for so long after its end
   * @param now ms, monotonic
   */
  constructor(windowMs: number, now = () => performance.now()) {
    this.#loop = new LoopWatch(windowMs);
    this.#now = now;
  }

  note(event: Sequenced): void {
    if (event.type === "registration") {
      const { account, registration } = event;
      if (registration.state === "registered") this.#lostSince.delete(account);
      else this.#lost(account);
    } else if (event.type === "call.endpoint") {
      const { id } = event.call;
      const { endpoint, working } = event.detail;
      const key = `${id} ${endpoint}`;
      const name = endpoint === "record" ? "recording" : endpoint;
      if (working) this.#broken.delete(key);
      else this.#broken.set(key, `the ${name} of call ${id}`);
    } else if (event.type === "call.answered") {
      // It has nothing to ring for any more.
      this.#broken.delete(`${event.call.id} ringer`);
    } else if (event.type === "call.recording") {
      // Another file than the one that could not be used.
      if (event.detail.settled) this.#broken.delete(`${event.call.id} record`);
    } else if (event.type === "call.ended") {
      for (const key of this.#broken.keys()) {
        if (key.startsWith(`${event.record.id} `)) this.#broken.delete(key);
      }
    }
  }

  judge({ state, mediaAlive, deviceHost, troubles = [] }: PhoneVitals): Health {
    this.#mediaSilent = mediaAlive ? undefined : this.#mediaSilent ?? this.#now();
    return judge({
      loopLateMs: this.#loop.worst(),
      accounts: this.#accounts(state),
      onCall: [...state.calls.values()].some(({ phase }) => phase.name === "established"),
      graceMs: this.graceMs,
      mediaAlive,
      mediaSilentMs: this.#mediaSilent === undefined ? 0 : this.#now() - this.#mediaSilent,
      deviceHost,
      brokenEndpoints: [...this.#broken.values()],
      troubles,
    });
  }

  close(): void {
    this.#loop.close();
  }

  #accounts({ accounts }: PhoneState): AccountFacts[] {
    const now = this.#now();
    for (const id of this.#lostSince.keys()) {
      if (accounts.get(id)?.registration.state === "registered" || !accounts.has(id)) {
        this.#lostSince.delete(id);
      }
    }
    return [...accounts].map(([id, account]) => {
      if (account.registration.state === "registered") return { ...account, lostMs: 0 };
      return { ...account, lostMs: now - this.#lost(id) };
    });
  }

  /** @returns since when */
  #lost(id: AccountId): number {
    const since = this.#lostSince.get(id) ?? this.#now();
    this.#lostSince.set(id, since);
    return since;
  }
}

/** Measures how late timers fire: the truth about an event loop. */
export class LoopWatch {
  readonly #windowMs: number;
  #stalls: { at: number; ms: number }[] = [];
  #expected: number;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(windowMs: number, everyMs = 500) {
    this.#windowMs = windowMs;
    this.#expected = performance.now() + everyMs;
    this.#timer = setInterval(() => this.#tick(everyMs), everyMs);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** The worst lateness in ms within the window. Asking changes nothing: several may ask. */
  worst(): number {
    const now = performance.now();
    this.#stalls = this.#stalls.filter(({ at }) => at >= now - this.#windowMs);
    // Who asks first after a stall must not be told that there was none.
    return Math.max(0, now - this.#expected, ...this.#stalls.map(({ ms }) => ms));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(everyMs: number): void {
    const now = performance.now();
    const late = now - this.#expected;
    // Small ones are the clock's own grain; the window empties itself when it is asked.
    if (late > everyMs) this.#stalls.push({ at: now, ms: late });
    this.#expected = now + everyMs;
  }
}
