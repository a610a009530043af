/**
 * Account mode: the one flow to the registrar or outbound proxy, and which of its addresses it leads to
 * (RFC 3263 §4.3).
 *
 *     lost ── connect(): located, targets tried in turn ──► connected ──┐
 *       ▲                                                     │  ▲      │ advance(): next target (UDP,
 *       └───────── flow closed ───────────────────────────────┘  └──────┘            nobody answers)
 *
 * A target that failed goes to the end of the list for a while; goBack() then returns to a better one.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { Destination, Target } from "../../dns/mod.ts";
import { type BaseFlow, type Clock, type Flow, isSecure } from "../flow/mod.ts";
import { KnownAddresses } from "./known_addresses.ts";

/** How long a failed target is tried last. */
export const PENALTY_MS = 5 * 60_000;

export interface NextHopConnectionOptions {
  clock: Clock;
  /** The server, and the domain that it serves, as configured. */
  names: readonly Destination[];
  locate(): Promise<Target[]>;
  /** Where else the server may send from: its domain's own addresses behind an outbound proxy. */
  locateDomain?(): Promise<Target[]>;
  open(target: Target): Promise<BaseFlow>;
}

export class NextHopConnection {
  readonly #addresses = new KnownAddresses();
  readonly #flows = new WeakSet<Flow>();
  #flow: BaseFlow | undefined;
  #target: Target | undefined;
  #targets: Target[] = [];
  /** As they were located: the best first. */
  #located: Target[] = [];
  #connecting: Promise<BaseFlow> | undefined;
  readonly #penalties = new Map<string, number>();

  constructor(readonly options: NextHopConnectionOptions) {}

  get flow(): BaseFlow | undefined {
    return this.#flow;
  }

  /**
   * Whether what comes on a flow comes from the server: on a flow that led to it, or from an address of
   * its. Where the account speaks TLS an address alone proves nothing: only a connection does whose
   * certificate was verified.
   */
  isServer(flow: Flow): boolean {
    if (this.#flows.has(flow)) return true;
    return !this.isSecure && this.#addresses.include(flow);
  }

  /** Whether a target is the server itself. */
  isServerAt({ host, port }: Pick<Target, "host" | "port">): boolean {
    return this.#addresses.has(host, port);
  }

  /** The names that the configuration gives the server, as they would stand in a URI. */
  isServerName({ host, port }: Destination): boolean {
    return this.options.names.some((name) =>
      name.host.toLowerCase() === host.toLowerCase() && (port === undefined || port === name.port)
    );
  }

  /** Whether the account speaks TLS; as it was when it last did. */
  get isSecure(): boolean {
    return this.#target !== undefined && isSecure(this.#target);
  }

  /**
   * Opens the flow, or returns the open one.
   * @throws OffhookError of the most telling target when none could be reached
   */
  connect(): Promise<BaseFlow> {
    if (this.flow?.isOpen) return Promise.resolve(this.flow);
    this.#connecting ??= this.#connect().finally(() => this.#connecting = undefined);
    return this.#connecting;
  }

  /** The flow closed; true when it was the one in use. */
  closed(flow: BaseFlow, failed: boolean): boolean {
    if (flow !== this.flow) return false;
    if (failed) this.penalize();
    this.#flow = undefined;
    return true;
  }

  /** The next connect opens another flow. @returns the one that was in use */
  leave(): BaseFlow | undefined {
    const flow = this.#flow;
    this.#flow = undefined;
    return flow;
  }

  /** Whether a target is left that has not failed lately. */
  get hasAlternative(): boolean {
    return this.#targets.some((each) => each !== this.#target && !this.#isPenalized(each));
  }

  /** The current target shall be tried last from now on. */
  penalize(): void {
    if (this.#target === undefined) return;
    this.#penalties.set(keyOf(this.#target), this.options.clock.now() + PENALTY_MS);
  }

  /** Leaves a silent target for the next one; undefined when there is no other. */
  async advance(): Promise<BaseFlow | undefined> {
    this.penalize();
    const next = this.#targets.find((target) => !this.#isPenalized(target));
    if (next === undefined) return undefined;
    const before = this.flow;
    try {
      const flow = await this.options.open(next);
      // Lost or replaced in the meantime: somebody else is at it.
      if (this.flow !== before) return undefined;
      return this.#use(next, flow);
    } catch {
      return undefined;
    }
  }

  /** Whether a better target was left, or passed by. */
  get isSecondBest(): boolean {
    return this.#target !== undefined && this.#located[0] !== undefined &&
      keyOf(this.#located[0]) !== keyOf(this.#target);
  }

  /** Opens a flow to a better target than the one in use; undefined: it stays. */
  async goBack(): Promise<BaseFlow | undefined> {
    const before = this.#flow;
    for (const target of this.#located) {
      if (this.#target === undefined || keyOf(target) === keyOf(this.#target)) return undefined;
      if (this.#isPenalized(target)) continue;
      try {
        const flow = await this.options.open(target);
        return this.#flow === before ? this.#use(target, flow) : undefined;
      } catch {
        this.#penalties.set(keyOf(target), this.options.clock.now() + PENALTY_MS);
      }
    }
    return undefined;
  }

  async #connect(): Promise<BaseFlow> {
    const located = await this.options.locate();
    this.#located = located;
    this.#addresses.add(located);
    // Nobody waits for it: most servers send only from where we reach them.
    this.options.locateDomain?.().then((targets) => this.#addresses.add(targets), () => {});
    this.#targets = [
      ...located.filter((target) => !this.#isPenalized(target)),
      ...located.filter((target) => this.#isPenalized(target)),
    ];
    const errors: OffhookError[] = [];
    for (const target of this.#targets) {
      try {
        const flow = await this.options.open(target);
        return this.#use(target, flow);
      } catch (thrown) {
        const error = OffhookError.from(thrown);
        if (error.code !== "unreachable" && error.code !== "tls-failed") throw error;
        errors.push(error);
      }
    }
    throw mostTelling(errors);
  }

  #use(target: Target, flow: BaseFlow): BaseFlow {
    this.#target = target;
    this.#flow = flow;
    this.#flows.add(flow);
    return flow;
  }

  #isPenalized(target: Target): boolean {
    return (this.#penalties.get(keyOf(target)) ?? 0) > this.options.clock.now();
  }
}

function keyOf({ transport, host, port }: Target): string {
  return `${transport} ${host} ${port}`;
}

/** A refused certificate says more than a refused connection. */
export function mostTelling(errors: OffhookError[]): OffhookError {
  return errors.find((error) => error.code === "tls-failed") ?? errors[0] ??
    new OffhookError("unreachable", "No address of the server could be tried");
}
