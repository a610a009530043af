/**
 * The flows of an account beside the one in use: one to each other configured server, where the registrar
 * keeps flows (RFC 5626 §4.2). It reaches us by any of them, and when the one in use is lost, a kept one
 * takes its place (`NextHopConnection`).
 */
import { formatHostPort } from "../../base/network/mod.ts";
import type { KeptFlow } from "../../core/account/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { Flow, LayerEvent } from "../transport/flow/mod.ts";
import { type FlowsAccess, FurtherFlow } from "./further_flow.ts";
import { UNREGISTER_MS } from "./schedule.ts";

/** Flows at once, the one in use included: each costs the registrar a binding. */
const MOST_FLOWS = 4;

export class FurtherFlows {
  readonly #agent: Agent;
  readonly #network: FlowsAccess;
  /** What was told of them last. */
  #told = "[]";
  /** By the place of their server in the configuration. */
  readonly #flows = new Map<number, FurtherFlow>();

  /** @param agent is told of each change (`FlowsChanged`) */
  constructor(agent: Agent, network: FlowsAccess) {
    this.#agent = agent;
    this.#network = network;
  }

  /** Whether a call can come by one of them. */
  get isUp(): boolean {
    return [...this.#flows.values()].some((each) => each.isKept);
  }

  /**
   * The account's flow was registered, and whether the registrar keeps flows.
   * @param waitMs until the server that was left may be asked again
   */
  settle(keepsFlows: boolean, waitMs = 0): void {
    if (!keepsFlows) return void this.unregister();
    const { hops, hop: inUse } = this.#network;
    for (let hop = 0; hop < Math.min(hops, MOST_FLOWS); hop++) {
      if (hop === inUse || this.#flows.has(hop)) continue;
      const further = new FurtherFlow(this.#agent, this.#network, hop, () => this.#tell());
      this.#flows.set(hop, further);
      further.start(waitMs);
    }
  }

  /** The account's flow is another one: that is no further one any more. @returns its Service-Route */
  tookOver(): string[] | undefined {
    const { hop } = this.#network;
    const further = this.#flows.get(hop);
    this.#flows.delete(hop);
    const route = further?.isKept ? further.serviceRoute : undefined;
    further?.stop();
    this.#tell();
    return route;
  }

  heed(event: LayerEvent): void {
    if (event.type !== "flow-closed" && event.type !== "public-address") return;
    const further = this.#of(event.flow);
    if (event.type === "flow-closed") further?.lost();
    else further?.addressChanged();
  }

  follow(slept: boolean): void {
    for (const each of this.#flows.values()) each.follow(slept);
  }

  /** Resolves when the registrar has answered, or 2 s later. */
  async unregister(): Promise<void> {
    if (this.#flows.size === 0) return;
    const { clock } = this.#agent;
    const late = Promise.withResolvers<void>();
    const guard = clock.setTimeout(late.resolve, UNREGISTER_MS);
    const all = [...this.#flows.values()].map((each) => each.unregister());
    await Promise.race([Promise.all(all), late.promise]);
    clock.clearTimeout(guard);
    this.close();
  }

  close(): void {
    for (const each of this.#flows.values()) each.stop();
    this.#flows.clear();
    this.#tell();
  }

  #tell(): void {
    const flows = [...this.#flows.values()].flatMap(({ isKept, flow }) =>
      isKept && flow !== undefined ? [keptFlow(flow)] : []
    );
    const told = JSON.stringify(flows);
    if (told === this.#told) return;
    this.#told = told;
    this.#agent.notify({ type: "FlowsChanged", account: this.#agent.account.id, flows });
  }

  #of(flow: Flow): FurtherFlow | undefined {
    return [...this.#flows.values()].find((each) => each.flow === flow);
  }
}

function keptFlow({ transport, remote }: Flow): KeptFlow {
  return { transport, server: formatHostPort(remote) };
}
