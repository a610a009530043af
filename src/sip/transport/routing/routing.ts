/**
 * Which flow a request takes (RFC 3261 §8.1.2, §12.2.1.1, RFC 3263).
 *
 *     dialog's own flow (WebSocket, NAT)
 *       └► outside dialogs: the account's next hop
 *       └► inside: its Route or request URI: the account's flow where that is the account's server
 *            └► the table of routes ─► located and opened ─► dialog's flow after all
 */
import { isNumericHost } from "../../../base/network/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { Destination, Target } from "../../dns/mod.ts";
import { header, type SipMessage } from "../../message/mod.ts";
import { type DialogFlows, isInDialog, isWebSocket } from "./dialog_flows.ts";
import { type BaseFlow, isSecure, type RouteTable } from "../flow/mod.ts";
import { type HopUri, nextHopOf } from "./next_hop.ts";
import { mostTelling, type NextHopConnection } from "./next_hop_connection.ts";

export interface RoutingOptions {
  dialogs: DialogFlows;
  account: NextHopConnection | undefined;
  locate(destination: Destination): Promise<Target[]>;
  open(target: Target): Promise<BaseFlow>;
  routes?: RouteTable | undefined;
}

export class Routing {
  constructor(readonly options: RoutingOptions) {}

  /**
   * At once when the flow is open already, so that what SipStack sends in a row stays in order.
   * @throws OffhookError `unreachable`, `tls-failed`, `invalid-target`, `file-unusable`
   */
  flowFor(request: SipMessage): BaseFlow | Promise<BaseFlow> {
    const { dialogs, account } = this.options;
    const own = dialogs.preferred(request.callId);
    const asked = isInDialog(request) ? "" : request.requestUri;
    if (own !== undefined) return fitting(own, asked);
    const hop = nextHopOf(request);
    if (
      account !== undefined && (hop === undefined || !this.#leavesAccount(request, hop, account))
    ) {
      return this.#begunOn(request, account) ?? accountFlow(account, asked);
    }
    if (hop === undefined) return Promise.reject(noHop(request.requestUri));
    return this.#encrypted(request, hop) ?? this.#toward(hop, request.callId);
  }

  /** Where several flows are kept, a dialog goes on by the one that it began on (RFC 5626 §4.3). */
  #begunOn(request: SipMessage, account: NextHopConnection): BaseFlow | undefined {
    const began = isInDialog(request) ? this.options.dialogs.latest(request.callId) : undefined;
    return began !== undefined && account.carries(began) ? began : undefined;
  }

  /** What began over TLS does not go on in the clear because a Contact forgets to say so. */
  #encrypted(request: SipMessage, hop: HopUri): BaseFlow | Promise<BaseFlow> | undefined {
    const began = isInDialog(request) ? this.options.dialogs.latest(request.callId) : undefined;
    if (began === undefined || !isSecure(began) || isEncrypted(hop)) return undefined;
    if (began.isOpen) return began;
    return Promise.reject(
      new OffhookError("unreachable", "The TLS connection of the call is closed"),
    );
  }

  #toward(hop: HopUri, callId: string): BaseFlow | Promise<BaseFlow> {
    const set = this.options.routes?.get(hop.hostPort) as BaseFlow | undefined;
    const fits = set?.isOpen && (!hop.secure || isSecure(set));
    return fits ? set : this.#located(hop, callId);
  }

  /** Whether a request of an account's user agent may go elsewhere than to its server. */
  #leavesAccount(request: SipMessage, hop: HopUri, account: NextHopConnection): boolean {
    if (!isInDialog(request) || account.isServerName(hop)) return false;
    const began = this.options.dialogs.latest(request.callId);
    // Of a direct call.
    if (began !== undefined && !account.isServer(began)) return true;
    return mayLeave(account, hop, header(request, "route") !== undefined);
  }

  /** Whether credentials may go out on a flow: of an account's, to its server only. */
  takesCredentials(flow: BaseFlow): boolean {
    return this.options.account?.isServer(flow) ?? true;
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
    return account === undefined ? this.#toward(hop, "") : accountFlow(account);
  }

  async #located(hop: HopUri, callId: string): Promise<BaseFlow> {
    const { account } = this.options;
    try {
      const targets = await this.options.locate(hop);
      // Another name of the server.
      if (account?.flow?.isOpen && targets.some((target) => account.isServerAt(target))) {
        return this.#stillThere(callId, account.flow, targets) ?? account.flow;
      }
      return await this.#firstOf(targets);
    } catch (thrown) {
      const flow = this.options.dialogs.fallback(callId);
      if (flow !== undefined && (!hop.secure || isSecure(flow))) return flow;
      throw thrown;
    }
  }

  /** A call that began with a server goes on with it, though the account has gone over to another. */
  #stillThere(callId: string, now: BaseFlow, targets: Target[]): BaseFlow | undefined {
    const began = this.options.dialogs.fallback(callId);
    if (began === undefined || isSamePlace(began.remote, now.remote)) return undefined;
    return targets.some((target) => isSamePlace(target, began.remote)) ? began : undefined;
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

function isSamePlace(a: Pick<Target, "host" | "port">, b: Pick<Target, "host" | "port">): boolean {
  return a.host === b.host && a.port === b.port;
}

function accountFlow({ flow }: NextHopConnection, uri = ""): BaseFlow | Promise<BaseFlow> {
  if (flow?.isOpen) return fitting(flow, uri);
  return Promise.reject(
    new OffhookError("unreachable", "There is no connection to the account's server"),
  );
}

/** @param uri what is asked for: by sips: only in encryption (RFC 3261 §26.2.2) */
function fitting(flow: BaseFlow, uri: string): BaseFlow | Promise<BaseFlow> {
  const fits = isSecure(flow) || !/^sips:/i.test(uri);
  return fits ? flow : Promise.reject(inTheClear(uri, flow));
}

/**
 * Whether a request of a dialog that came by the account's server may be sent past it.
 *
 * Deviation: it stays on the account's flow where the route set would have it leave in vain: from a
 * WebSocket, which is a client's only way (RFC 7118); in the clear, where the account speaks TLS; to a
 * Contact of a private network that a server with a public address tells without a Record-Route.
 */
function mayLeave(
  { flow, isSecure: encrypts }: NextHopConnection,
  hop: HopUri,
  routed: boolean,
): boolean {
  if (flow !== undefined && isWebSocket(flow)) return false;
  if (encrypts && !isEncrypted(hop)) return false;
  const server = flow?.remote.host;
  return routed || server === undefined || isPrivate(server) || !isPrivate(hop.host);
}

function isEncrypted({ secure, transport }: HopUri): boolean {
  return secure === true || transport === "tls" || transport === "wss";
}

function inTheClear(uri: string, { transport }: BaseFlow): OffhookError {
  const by = transport.toUpperCase();
  return new OffhookError("tls-failed", `${uri} wants encryption, and the account speaks ${by}`, {
    hint: 'Set the account\'s transport to "tls", or dial sip: instead.',
    data: { uri, transport },
  });
}

const PRIVATE =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab])/i;

/** A numeric address that does not lead out of a network (RFC 1918, 6598, 3927, 4193). */
function isPrivate(host: string): boolean {
  return isNumericHost(host) && (host === "::1" || PRIVATE.test(host));
}

function noHop(uri: string): OffhookError {
  return new OffhookError("invalid-target", `${uri} names no host that could be called`, {
    hint: "Without an account write sip:user@host, or sip:user@host:port.",
    data: { uri },
  });
}
