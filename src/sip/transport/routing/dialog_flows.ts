/**
 * The flows that dialogs began on. A peer behind NAT, or one on WebSocket, cannot be reached by its
 * Contact, only by the flow that it opened.
 */
import { header, type SipMessage, unbracketed } from "../../message/mod.ts";
import type { BaseFlow } from "../flow/mod.ts";
import { keptKey } from "../../limits/mod.ts";

interface DialogFlow {
  flow: BaseFlow;
  /** True: before the Contact; false: only when that cannot be reached. */
  preferred: boolean;
  /** An INVITE was answered, and no BYE came or went since. */
  inCall: boolean;
}

const MAX_DIALOGS = 4096;
const CREATES_DIALOG = new Set(["INVITE", "SUBSCRIBE", "REFER", "NOTIFY"]);

export class DialogFlows {
  readonly #all = new Map<string, DialogFlow>();

  /** A request came on a flow, which may begin a dialog. */
  received(request: SipMessage, flow: BaseFlow): void {
    // Anybody can write the Call-ID of another's dialog: see moved().
    if (isInDialog(request) || !CREATES_DIALOG.has(request.method)) return;
    const known = this.latest(request.callId);
    if (known !== undefined && known.remote.host !== flow.remote.host) return;
    this.#heard(request, flow);
  }

  /** The peer of a dialog, known to be it, sent a request on a flow: it is reached there from now on. */
  moved(request: SipMessage, flow: BaseFlow): void {
    this.#heard(request, flow);
  }

  /** A request of ours that may begin a dialog goes out on a flow. */
  sent(request: SipMessage, flow: BaseFlow): void {
    const known = this.#get(request.callId);
    if (known !== undefined && request.method === "BYE") known.inCall = false;
    if (!CREATES_DIALOG.has(request.method) || known !== undefined) return;
    this.#set(request.callId, { flow, preferred: isWebSocket(flow), inCall: false });
  }

  /** The open flow that a request of the dialog must take, whatever its URIs say. */
  preferred(callId: string): BaseFlow | undefined {
    const entry = this.#get(callId);
    return entry?.preferred && entry.flow.isOpen && !entry.flow.retired ? entry.flow : undefined;
  }

  /** The open flow that a request of the dialog can take when its URIs lead nowhere. */
  fallback(callId: string): BaseFlow | undefined {
    const flow = this.latest(callId);
    return flow?.isOpen ? flow : undefined;
  }

  /** A 2xx to an INVITE came or went: its connection is needed until the BYE. */
  answered(response: SipMessage): void {
    const { method, status } = response;
    if (method !== "INVITE" || status < 200 || status > 299) return;
    const entry = this.#get(response.callId);
    if (entry !== undefined) entry.inCall = true;
  }

  /** Whether a request belongs to a call that was answered. */
  isOfCall(request: SipMessage): boolean {
    return isInDialog(request) && this.#get(request.callId)?.inCall === true;
  }

  /** The flows that calls are on. */
  inCalls(): Set<BaseFlow> {
    return new Set([...this.#all.values()].filter((each) => each.inCall).map((each) => each.flow));
  }

  /** The flow that the dialog began or went on on, which may be closed by now. */
  latest(callId: string): BaseFlow | undefined {
    return this.#get(callId)?.flow;
  }

  #get(callId: string): DialogFlow | undefined {
    return this.#all.get(keptKey(callId));
  }

  #heard(request: SipMessage, flow: BaseFlow): void {
    // A Record-Route names the proxy to go through, unless only this connection leads to it.
    const routed = header(request, "record-route") !== undefined;
    const preferred = isWebSocket(flow) ||
      (flow.transport === "udp" ? isNatted(request, flow) && !routed : flow.accepted);
    const inCall = this.#get(request.callId)?.inCall === true && request.method !== "BYE";
    this.#set(request.callId, { flow, preferred, inCall });
  }

  #set(callId: string, entry: DialogFlow): void {
    const key = keptKey(callId);
    this.#all.delete(key);
    this.#all.set(key, entry);
    if (this.#all.size > MAX_DIALOGS) this.#all.delete(this.#all.keys().next().value!);
  }
}

/** True: the request says that it belongs to a dialog (RFC 3261 §12.2.2). */
export function isInDialog(request: SipMessage): boolean {
  return /;\s*tag\s*=/i.test(header(request, "to") ?? "");
}

export function isWebSocket(flow: BaseFlow): boolean {
  return flow.transport === "ws" || flow.transport === "wss";
}

/** True: the top Via does not name the address that the request came from. */
export function isNatted(request: SipMessage, flow: BaseFlow): boolean {
  const { host, port } = request.via;
  return unbracketed(host).toLowerCase() !== flow.remote.host.toLowerCase() ||
    (port ?? 5060) !== flow.remote.port;
}
