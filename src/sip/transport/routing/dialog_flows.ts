/**
 * The flows that dialogs began on. A peer behind NAT, or one on WebSocket, cannot be reached by its
 * Contact, only by the flow that it opened. Not on the real-time path.
 */
import { header, type SipMessage } from "../../message/scan.ts";
import { unbracketed } from "../../message/via.ts";
import type { BaseFlow } from "../flow/flow.ts";

interface DialogFlow {
  flow: BaseFlow;
  /** True: before the Contact; false: only when that cannot be reached. */
  preferred: boolean;
}

const MAX_DIALOGS = 4096;
const CREATES_DIALOG = new Set(["INVITE", "SUBSCRIBE", "REFER", "NOTIFY"]);

export class DialogFlows {
  readonly #all = new Map<string, DialogFlow>();

  /** A request came on a flow; `natted`: its Via does not name the address that it came from. */
  received(request: SipMessage, flow: BaseFlow, natted: boolean): void {
    const known = this.#all.get(request.callId);
    if (known === undefined && !CREATES_DIALOG.has(request.method)) return;
    // A Record-Route names the proxy to go through, unless only this connection leads to it.
    const routed = header(request, "record-route") !== undefined;
    const preferred = isWebSocket(flow) ||
      (flow.transport === "udp" ? natted && !routed : flow.accepted);
    this.#set(request.callId, { flow, preferred });
  }

  /** A request of ours that may begin a dialog goes out on a flow. */
  sent(request: SipMessage, flow: BaseFlow): void {
    if (!CREATES_DIALOG.has(request.method) || this.#all.has(request.callId)) return;
    this.#set(request.callId, { flow, preferred: isWebSocket(flow) });
  }

  /** The open flow that a request of the dialog must take, whatever its URIs say. */
  preferred(callId: string): BaseFlow | undefined {
    const entry = this.#all.get(callId);
    return entry?.preferred && entry.flow.isOpen ? entry.flow : undefined;
  }

  /** The open flow that a request of the dialog can take when its URIs lead nowhere. */
  fallback(callId: string): BaseFlow | undefined {
    const flow = this.#all.get(callId)?.flow;
    return flow?.isOpen ? flow : undefined;
  }

  #set(callId: string, entry: DialogFlow): void {
    this.#all.delete(callId);
    this.#all.set(callId, entry);
    if (this.#all.size > MAX_DIALOGS) this.#all.delete(this.#all.keys().next().value!);
  }
}

function isWebSocket(flow: BaseFlow): boolean {
  return flow.transport === "ws" || flow.transport === "wss";
}

/** True: the top Via does not name the address that the request came from. */
export function isNatted(request: SipMessage, flow: BaseFlow): boolean {
  const { host, port } = request.via;
  return unbracketed(host).toLowerCase() !== flow.remote.host.toLowerCase() ||
    (port ?? 5060) !== flow.remote.port;
}
