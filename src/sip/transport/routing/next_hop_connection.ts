/**
 * Account mode: the flow to the registrar or outbound proxy, and which of its addresses it leads to
 * (RFC 3263 §4.3); and flows to others of them that are kept beside it (RFC 5626).
 *
 *     lost ── connect(): located, targets tried in turn ──► connected ──┐
 *       ▲                                                     │  ▲      │ advance(): next target (UDP,
 *       └───────── flow closed ───────────────────────────────┘  └──────┘            nobody answers)
 *
 * A target that failed goes to the end of the list for a while; goBack() then returns to a better one.
 * A kept flow takes the place of the one that is lost at once.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { Destination, Target } from "../../dns/mod.ts";
import { type BaseFlow, type Clock, type Flow, isSecure } from "../flow/mod.ts";
import { KnownAddresses } from "./known_addresses.ts";

/** How long a failed target is tried last. */
export const PENALTY_MS = 5 * 60_000;

export interface NextHopConnectionOptions {
  clock: Clock;
  /** How many servers are configured: the account's, and those that take its place. */
  hops: number;
  /** The server, and the domain that it serves, as configured. */
  names: readonly Destination[];
  locate(): Promise<Target[]>;
  locateHop(hop: number): Promise<Target[]>;
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
  /** Registered, and not in use. */
  readonly #kept = new Map<BaseFlow, Target>();
  #keepsSeveral = false;
  readonly #penalties = new Map<string, number>();

  constructor(readonly options: NextHopConnectionOptions) {}

  get flow(): BaseFlow | undefined {
    return this.#flow;
  }

  /** Which of the configured servers the flow leads to, or led to last. */
  get hop(): number {
    return this.#target?.hop ?? 0;
  }

  /** Several flows are kept at once, or were: one that is not in use any more is no less good. */
  get keepsSeveral(): boolean {
    return this.#keepsSeveral;
  }

  /** Whether a flow that a dialog began on is the way for the rest of it. */
  carries(flow: BaseFlow): boolean {
    return this.#keepsSeveral && this.#flows.has(flow) && flow.isOpen && !flow.retired;
  }

  /** Whether a flow is in use or kept beside that. */
  keeps(flow: BaseFlow): boolean {
    return flow.isOpen && (flow === this.#flow || this.#kept.has(flow));
  }

  /**
   * Opens a flow to another of the configured servers, for {@link keep}.
   * @throws OffhookError (rejects) when none of its addresses can be reached
   */
  async openFurther(hop: number): Promise<{ flow: BaseFlow; keep: () => void }> {
    const targets = await this.options.locateHop(hop);
    this.#addresses.add(targets);
    const errors: OffhookError[] = [];
    for (const target of targets) {
      try {
        const flow = await this.options.open(target);
        this.#flows.add(flow);
        return { flow, keep: () => this.#keep(flow, target) };
      } catch (thrown) {
        errors.push(OffhookError.from(thrown));
      }
    }
    throw mostTelling(errors);
  }

  #keep(flow: BaseFlow, target: Target): void {
    this.#keepsSeveral = true;
    if (flow.isOpen && flow !== this.#flow) this.#kept.set(flow, target);
  }

  /** The flow does not take the place of another any more. */
  release(flow: BaseFlow): void {
    this.#kept.delete(flow);
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

  /** A flow closed that was in use: lost, or a kept one has taken its place. Undefined: it was not. */
  closed(flow: BaseFlow, failed: boolean): "lost" | "replaced" | undefined {
    this.#kept.delete(flow);
    if (flow !== this.flow) return undefined;
    if (failed) this.penalize();
    this.#flow = undefined;
    const [next] = this.#kept;
    if (!failed || next === undefined) return "lost";
    this.#use(next[1], next[0]);
    return "replaced";
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
    this.#kept.delete(flow);
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
