/**
 * What happens to received bytes before SipStack sees a message.
 *
 *     bytes ─► trace ─► guard ─┬─ malformed ─► answered 400/416/505, or dropped
 *                              ├─ response ─► transaction ─► Via as SipStack wrote it ─► SipStack
 *                              └─ request ─► heeded? ─► received/rport ─► transaction ─► hook ─► SipStack
 *
 * Never throws.
 */
import { isNumericHost, isUnicast } from "../../base/network/mod.ts";
import {
  answer,
  replaceVia,
  scanBytes,
  type ScanFault,
  type SipMessage,
  stampVia,
} from "../message/mod.ts";
import type {
  ClientTransaction,
  ClientTransactions,
  ServerTransactions,
} from "./transaction/mod.ts";
import type { DialogFlows } from "./routing/mod.ts";
import {
  type BaseFlow,
  isBlank,
  type LayerEvent,
  plainHost,
  type RequestHook,
  UdpFlow,
} from "./flow/mod.ts";

export interface InboundOptions {
  client: ClientTransactions<BaseFlow>;
  server: ServerTransactions<BaseFlow>;
  dialogs: DialogFlows;
  onRequest: RequestHook | undefined;
  /** A final response was taken: a request of ours is sent again to another server. */
  refused(transaction: ClientTransaction<BaseFlow>, message: SipMessage): boolean;
  /** False: a request that is of no call gets no answer, and nothing of it is kept. */
  heeds(request: SipMessage, flow: BaseFlow): boolean;
  trace(flow: BaseFlow, text: string): void;
  emit(event: LayerEvent): void;
  /** To SipStack; may throw. */
  deliver(message: SipMessage, flow: BaseFlow): void;
  /** Sends a response of our own making through its transaction. */
  respond(text: string): void;
}

const decoder = new TextDecoder();

export class Inbound {
  constructor(readonly options: InboundOptions) {}

  receive(flow: BaseFlow, bytes: Uint8Array): void {
    if (isBlank(bytes)) return;
    const scan = scanBytes(bytes);
    this.options.trace(
      flow,
      scan.ok ? scan.message.text : scan.fault.message?.text ?? decoder.decode(bytes),
    );
    if (!scan.ok) this.#refuse(flow, scan.fault);
    else if (scan.message.kind === "response") this.#response(flow, scan.message);
    else this.#request(flow, scan.message);
  }

  /** Answers statelessly what can be answered; a repetition is answered again. */
  #refuse(flow: BaseFlow, { reason, status, message }: ScanFault): void {
    this.options.emit({ type: "message-rejected", reason, status, flow });
    if (status === undefined || message === undefined) return;
    const words = `${status === 505 ? "Version Not Supported" : "Bad Request"} (${reason})`;
    if (message.via.host !== "") stampReceived(message, flow);
    responseFlow(message, flow).resend(
      answer(message, status, status === 416 ? {} : { reason: words }),
    );
  }

  #response(flow: BaseFlow, message: SipMessage): void {
    const { client, dialogs, emit, deliver } = this.options;
    const branch = message.via.branch ?? "";
    const transaction = client.find(branch, message.method);
    const verdict = client.receive(branch, message.method, message.status);
    if (verdict === "absorb") return;
    if (verdict === "stray" || transaction === undefined) {
      const reason = `it answers no ${message.method} of ours`;
      return emit({ type: "message-rejected", reason, status: undefined, flow });
    }
    this.#learnPublicAddress(transaction.flow, message);
    if (this.options.refused(transaction, message)) return;
    dialogs.answered(message);
    const { text, via } = transaction.request;
    replaceVia(message, text.slice(via.start, via.end));
    try {
      deliver(message, flow);
    } catch (thrown) {
      emit({ type: "message-rejected", reason: thrownReason(thrown), status: undefined, flow });
    }
  }

  #request(flow: BaseFlow, message: SipMessage): void {
    const { server, dialogs, onRequest, heeds, deliver, respond, emit } = this.options;
    if (!dialogs.isOfCall(message) && !heeds(message, flow)) {
      const reason = `too many requests that concern nobody here (${message.method})`;
      return emit({ type: "message-rejected", reason, status: undefined, flow });
    }
    stampReceived(message, flow);
    if (server.receive(message, responseFlow(message, flow)) === "absorb") return;
    dialogs.received(message, flow);
    try {
      const response = onRequest?.(message, flow);
      if (response === undefined) deliver(message, flow);
      else if (message.method !== "ACK") respond(response);
    } catch (thrown) {
      const reason = thrownReason(thrown);
      const status = message.method === "ACK" ? undefined : 500;
      emit({ type: "message-rejected", reason, status, flow });
      if (status !== undefined) respond(answer(message, status));
    }
  }

  /** The peer's view of where we are: received and rport of our own Via. */
  #learnPublicAddress(flow: BaseFlow, { via }: SipMessage): void {
    const host = via.received === undefined ? undefined : plainHost(via.received);
    if (host === undefined || !isNumericHost(host) || !isUnicast(host)) return;
    const port = /^\d{1,5}$/.test(via.rport ?? "") ? Number(via.rport) : flow.local.port;
    if (port === 0 || port > 65_535) return;
    if (flow.learn({ host, port })) this.options.emit({ type: "public-address", flow });
  }
}

function thrownReason(thrown: unknown): string {
  return `it could not be handled: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

function stampReceived(message: SipMessage, flow: BaseFlow): void {
  const { via } = message;
  const value = message.text.slice(via.start, via.end);
  const stamped = stampVia(value, via, flow.remote);
  if (stamped !== value) replaceVia(message, stamped);
}

/**
 * Where the responses of a request go: back on its connection; on UDP to the source port when rport was
 * asked for, else to the port of sent-by (RFC 3261 §18.2.2, RFC 3581 §4).
 *
 * Deviation: a peer whose sent-by is not the address that it sends from is behind NAT, where only the
 * source port leads back to it; it gets its responses there although it did not ask for rport.
 */
function responseFlow(message: SipMessage, flow: BaseFlow): BaseFlow {
  const { host, port = 5060, rport, received } = message.via;
  if (!(flow instanceof UdpFlow) || host === "" || port === 0) return flow;
  if (rport !== undefined || received !== undefined || port === flow.remote.port) return flow;
  return flow.socket.flowTo({ host: flow.remote.host, port }, true);
}
