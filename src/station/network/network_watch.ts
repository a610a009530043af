/**
 * Sees that the machine's network changes, and that it slept.
 *
 *     every 400 ms ─► late by 10 s or more? ─► MachineSlept
 *                 └─► addresses or routes are others? ─► NetworkChanged
 *
 * Deviation: the system would tell of changes at once (netlink), but no socket of Deno's can hear it
 * without FFI. To look costs half a millisecond; with the REGISTER that follows, a server hears of a new
 * address within half a second.
 *
 * A timer does not run while the machine sleeps, the wall clock does: who looks at it on waking sees the
 * gap. A clock that is set forward looks the same, and costs a REGISTER.
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { NetworkInput } from "../../core/ports/mod.ts";

const LOOK_MS = 400;
const SLEPT_MS = 10_000;

export interface NetworkWatchOptions {
  clock: Clock;
  /** Addresses and routes: equal texts while nothing changes. */
  look(): string;
  notify(input: NetworkInput): void;
  /** Why the network cannot be watched; told once. */
  blind(error: OffhookError): void;
}

export class NetworkWatch {
  readonly #options: NetworkWatchOptions;
  #timer: TimerHandle;
  #seen: string | undefined;
  #lookedAt = 0;

  constructor(options: NetworkWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookedAt = this.#options.clock.now();
    this.#seen = this.#look();
    this.#again();
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #again(): void {
    if (this.#seen === undefined) return;
    this.#timer = this.#options.clock.setTimeout(() => this.#tick(), LOOK_MS);
  }

  #tick(): void {
    const { clock, notify } = this.#options;
    const now = clock.now();
    const late = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    const before = this.#seen;
    this.#seen = this.#look();
    this.#again();
    if (late >= SLEPT_MS) notify({ type: "MachineSlept", ms: late });
    else if (this.#seen !== undefined && this.#seen !== before) notify({ type: "NetworkChanged" });
  }

  /** Undefined: it may not be looked at, and is not again. */
  #look(): string | undefined {
    try {
      return this.#options.look();
    } catch (thrown) {
      this.#options.blind(OffhookError.from(thrown));
      return undefined;
    }
  }
}
