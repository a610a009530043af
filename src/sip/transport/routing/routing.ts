/**
 * Which flow a request takes (RFC 3261 §8.1.2, RFC 3263).
 *
 *     dialog's own flow (WebSocket, NAT) ─► account's next hop ─► table of set routes ─► Route or
 *     request URI, located and opened ─► dialog's flow after all
 *
 * Not on the real-time path.
 */
import { OffhookError } from "../../../base/errors.ts";
import type { Destination, Target } from "../../dns/locate.ts";
import type { SipMessage } from "../../message/scan.ts";
import type { DialogFlows } from "./dialog_flows.ts";
import type { BaseFlow } from "../flow/flow.ts";
import { type HopUri, nextHopOf } from "./next_hop.ts";
import { mostTelling, type NextHopConnection } from "./next_hop_connection.ts";

export interface RoutingOptions {
  dialogs: DialogFlows;
  account: NextHopConnection | undefined;
  locate(destination: Destination): Promise<Target[]>;
  open(target: Target): Promise<BaseFlow>;
}

export class Routing {
  readonly #routes = new Map<string, BaseFlow>();

  constructor(readonly options: RoutingOptions) {}

  setRoute(hostPort: string, flow: BaseFlow | undefined): void {
    if (flow === undefined) this.#routes.delete(hostPort.toLowerCase());
    else this.#routes.set(hostPort.toLowerCase(), flow);
  }

  forget(flow: BaseFlow): void {
    for (const [hostPort, each] of this.#routes) if (each === flow) this.#routes.delete(hostPort);
  }

  /**
   * At once when the flow is open already, so that what SIP.js sends in a row stays in order.
   * @throws OffhookError `unreachable`, `tls-failed`, `invalid-target`, `file-unusable`
   */
  flowFor(request: SipMessage): BaseFlow | Promise<BaseFlow> {
    const { dialogs, account } = this.options;
    const own = dialogs.preferred(request.callId);
    if (own !== undefined) return own;
    if (account !== undefined) return accountFlow(account);
    const hop = nextHopOf(request);
    if (hop === undefined) return Promise.reject(noHop(request.requestUri));
    const set = this.#routes.get(hop.hostPort);
    return set?.isOpen ? set : this.#located(hop, request.callId);
  }

  /** The open flow to the account's server when it is of that transport (as in a Via). */
  nextHopFlow(transport: string): BaseFlow | undefined {
    const flow = this.options.account?.flow;
    const fits = flow?.isOpen && flow.transport === transport.toLowerCase();
    return fits ? flow : undefined;
  }

  /** The flow that a request outside any dialog would take to a SIP URI. */
  flowToward(hop: HopUri): BaseFlow | Promise<BaseFlow> {
    const { account } = this.options;
    if (account !== undefined) return accountFlow(account);
    const set = this.#routes.get(hop.hostPort);
    return set?.isOpen ? set : this.#located(hop, "");
  }

  async #located(hop: HopUri, callId: string): Promise<BaseFlow> {
    try {
      return await this.#firstOf(await this.options.locate(hop));
    } catch (thrown) {
      const flow = this.options.dialogs.fallback(callId);
      if (flow !== undefined) return flow;
      throw thrown;
    }
  }

  async #firstOf(targets: Target[]): Promise<BaseFlow> {
    const errors: OffhookError[] = [];
    for (const target of targets) {
      try {
        return await this.options.open(target);
      } catch (thrown) {
        const error = OffhookError.from(thrown);
        if (error.code !== "unreachable" && error.code !== "tls-failed") throw error;
        errors.push(error);
      }
    }
    throw mostTelling(errors);
  }
}

function accountFlow(account: NextHopConnection): BaseFlow | Promise<BaseFlow> {
  if (account.flow?.isOpen) return account.flow;
  return Promise.reject(
    new OffhookError("unreachable", "There is no connection to the account's server."),
  );
}

function noHop(uri: string): OffhookError {
  return new OffhookError("invalid-target", `${uri} names no host that could be called.`, {
    hint: "Without an account write sip:user@host, or sip:user@host:port.",
    data: { uri },
  });
}
