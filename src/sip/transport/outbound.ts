/**
 * What happens to a message of SipStack on its way out: a flow, the right Via and Contact, a transaction.
 */
import { CREDENTIALS } from "../auth/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  answer,
  header,
  headerFields,
  randomToken,
  type SipMessage,
  splice,
  unbracketed,
  utf8Length,
} from "../message/mod.ts";
import { RequestGate } from "../limits/mod.ts";
import type {
  ClientTransaction,
  ClientTransactions,
  ServerTransaction,
  ServerTransactions,
} from "./transaction/mod.ts";
import type { DialogFlows, FlowTable, Routing } from "./routing/mod.ts";
import { type BaseFlow, type Clock, isSecure, type LayerEvent, plainHost } from "./flow/mod.ts";
import { contactAddress, copyOf, stampContact, stampRequestVia } from "./stamps.ts";

/** RFC 3261 §18.1.1: within 200 bytes of an unknown path MTU, taken as 1500. */
const UDP_LIMIT = 1300;
/** A peer that refuses TCP is not asked again for this long. */
const TCP_REFUSED_MS = 10 * 60_000;
/** The wait for TCP holds up the call: UDP does as well on most networks. */
const TCP_SWITCH_TIMEOUT_MS = 1000;

export interface OutboundOptions {
  client: ClientTransactions<BaseFlow>;
  server: ServerTransactions<BaseFlow>;
  flows: FlowTable;
  routing: Routing;
  dialogs: DialogFlows;
  clock: Clock;
  udpLimit: number | undefined;
  emit(event: LayerEvent): void;
}

export class Outbound {
  /** When TCP may be tried again, by `host port`. */
  readonly #tcpRefused = new Map<string, number>();
  readonly #gate = new RequestGate();

  constructor(readonly options: OutboundOptions) {}

  send(message: SipMessage, flow?: BaseFlow): Promise<BaseFlow> {
    return message.kind === "response" ? this.#response(message) : this.#request(message, flow);
  }

  /** The 503 of our own that SipStack gets for a request whose flow is gone; says why beforehand. */
  failed(transaction: ClientTransaction<BaseFlow>, error: OffhookError | undefined): string {
    const { callId, method, request } = transaction;
    const why = error ?? new OffhookError("unreachable", "The connection was closed");
    this.options.emit({ type: "request-failed", callId, method, error: why.toJSON() });
    return answer(request, 503);
  }

  /** The ACK to a 3xx–6xx that SipStack does not see (RFC 3261 §17.1.1.3). */
  acknowledge(transaction: ClientTransaction<BaseFlow>, response: SipMessage): void {
    const wire = acknowledgement(transaction.wire, response);
    this.options.client.acknowledged(transaction, wire);
    transaction.flow.resend(wire);
  }

  /** Sends an unanswered request again, as a new transaction, to another target (RFC 3263 §4.3). */
  reroute(transaction: ClientTransaction<BaseFlow>, flow: BaseFlow): void {
    const { client } = this.options;
    // One that is acknowledged has repetitions of its response to acknowledge.
    if (transaction.ack === undefined) client.end(transaction);
    const branch = `z9hG4bK${randomToken()}`;
    const wire = this.#stamped(transaction.request, flow, branch);
    client.start(branch, transaction.request, wire, flow);
    flow.resend(wire);
  }

  #response(message: SipMessage): Promise<BaseFlow> {
    const { server, dialogs } = this.options;
    dialogs.answered(message);
    const transaction = server.find(message);
    if (transaction === undefined || !transaction.flow.isOpen) {
      return this.#lateResponse(message, transaction);
    }
    const { flow } = transaction;
    const { status } = message;
    this.#stampContact(message, flow);
    server.respond(transaction, status, message.text);
    return flow.send(message.text).then(() => flow);
  }

  /**
   * RFC 3261 §18.2.2: without the connection of the request, to where its Via says; but the account's
   * server, connected again, is reached by its new connection.
   */
  async #lateResponse(
    message: SipMessage,
    transaction: ServerTransaction<BaseFlow> | undefined,
  ): Promise<BaseFlow> {
    const { via } = message;
    const again = this.options.routing.nextHopFlow(via.transport);
    if (again !== undefined) {
      this.#stampContact(message, again);
      await again.send(message.text);
      return again;
    }
    const transport = via.transport.toLowerCase();
    const host = plainHost(via.received ?? unbracketed(via.host));
    const isEncrypted = transaction !== undefined && isSecure(transaction.flow);
    if (isEncrypted || transport !== "udp" && transport !== "tcp") {
      throw new OffhookError("unreachable", "The connection of the request is closed");
    }
    const asked = Number(via.rport);
    const port = transport === "udp" && asked > 0 ? asked : via.port ?? 5060;
    const flow = await this.options.flows.toward({ transport, host, port, name: host });
    this.#stampContact(message, flow);
    await flow.send(message.text);
    return flow;
  }

  #request(request: SipMessage, forced: BaseFlow | undefined): Promise<BaseFlow> {
    const branch = request.via.branch ?? "";
    const invite = request.method === "ACK" || request.method === "CANCEL"
      ? this.options.client.findWritten(branch, "INVITE")
      : undefined;
    if (invite !== undefined) return this.#follow(request, invite);
    const flow = forced ?? this.#routed(request);
    if (!(flow instanceof Promise)) return this.#over(flow, request);
    return flow.then(
      (found) => this.#over(found, request),
      (error) => Promise.reject(this.#report(request, error)),
    );
  }

  #routed(request: SipMessage): BaseFlow | Promise<BaseFlow> {
    return this.options.routing.flowFor(request);
  }

  /** CANCEL, and ACK to a 3xx–6xx, go where their INVITE went (RFC 3261 §9.1, §17.1.1.3). */
  #follow(request: SipMessage, invite: ClientTransaction<BaseFlow>): Promise<BaseFlow> {
    const { client } = this.options;
    const { flow, branch } = invite;
    // The peer never answered: nothing to acknowledge or to cancel.
    if (invite.isLocal) return Promise.resolve(flow);
    const wire = this.#stamped(request, flow, branch);
    if (request.method === "ACK") client.acknowledged(invite, wire);
    else client.start(branch, request, wire, flow);
    return this.#transmit(flow, request, wire);
  }

  #over(flow: BaseFlow, request: SipMessage): Promise<BaseFlow> {
    const branch = request.via.branch ?? "";
    const wire = this.#stamped(request, flow, branch);
    this.options.dialogs.sent(request, flow);
    const limit = this.options.udpLimit ?? UDP_LIMIT;
    if (flow.transport !== "udp" || utf8Length(wire) <= limit || this.#isTcpRefused(flow)) {
      return this.#start(flow, request, wire);
    }
    return this.#switched(flow).then((tcp) =>
      tcp === undefined
        ? this.#start(flow, request, wire)
        // The Contact stays that of UDP: this connection is for one request.
        : this.#start(tcp, request, this.#stamped(request, tcp, branch, flow))
    );
  }

  #start(flow: BaseFlow, request: SipMessage, wire: string): Promise<BaseFlow> {
    try {
      this.#gate.pass(request.method, request.callId, this.options.clock.now());
    } catch (thrown) {
      return Promise.reject(this.#report(request, thrown));
    }
    if (request.method !== "ACK") {
      this.options.client.start(request.via.branch ?? "", request, wire, flow);
    }
    return this.#transmit(flow, request, wire);
  }

  async #transmit(flow: BaseFlow, request: SipMessage, wire: string): Promise<BaseFlow> {
    try {
      await flow.send(wire);
      return flow;
    } catch (thrown) {
      const transaction = this.options.client.find(request.via.branch ?? "", request.method);
      // The flow's end came first and SipStack has its 503 already.
      if (transaction?.isLocal) return flow;
      if (transaction !== undefined) this.options.client.end(transaction);
      throw this.#report(request, thrown);
    }
  }

  #report(request: SipMessage, thrown: unknown): OffhookError {
    const error = OffhookError.from(thrown);
    const { callId, method } = request;
    this.options.emit({ type: "request-failed", callId, method, error: error.toJSON() });
    return error;
  }

  async #switched(flow: BaseFlow): Promise<BaseFlow | undefined> {
    const { host, port } = flow.remote;
    try {
      return await this.options.flows.toward(
        { transport: "tcp", host, port, name: host },
        { timeoutMs: TCP_SWITCH_TIMEOUT_MS },
      );
    } catch {
      // Bounded: to ask one peer once more costs little.
      if (this.#tcpRefused.size > 100) this.#tcpRefused.clear();
      this.#tcpRefused.set(`${host} ${port}`, this.options.clock.now() + TCP_REFUSED_MS);
      return undefined;
    }
  }

  #isTcpRefused({ remote: { host, port } }: BaseFlow): boolean {
    return (this.#tcpRefused.get(`${host} ${port}`) ?? 0) > this.options.clock.now();
  }

  #stamped(request: SipMessage, flow: BaseFlow, branch: string, contactFlow = flow): string {
    const copy = copyOf(request);
    stampRequestVia(copy, flow, this.options.flows.listeningPort(flow), branch);
    this.#stampContact(copy, contactFlow);
    if (!this.options.routing.takesCredentials(flow)) dropCredentials(copy);
    return copy.text;
  }

  #stampContact(message: SipMessage, flow: BaseFlow): void {
    stampContact(message, contactAddress(flow, this.options.flows.listeningPort(flow)));
  }
}

/** From the INVITE as it went out. */
function acknowledgement(invite: string, response: SipMessage): string {
  const lines = invite.slice(0, invite.indexOf("\r\n\r\n")).split("\r\n");
  const kept = lines.slice(1).filter((line) =>
    /^(?:via|from|call-id|max-forwards|route):/i.test(line)
  );
  return [
    lines[0].replace(/^INVITE/, "ACK"),
    ...kept,
    `To: ${header(response, "to") ?? ""}`,
    `CSeq: ${/^\d+/.exec(header(response, "cseq") ?? "")?.[0] ?? 1} ACK`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

/** What was learnt from the server's challenges in a dialog is not for a proxy or peer past it. */
function dropCredentials(request: SipMessage): void {
  for (const name of Object.values(CREDENTIALS)) {
    for (const field of headerFields(request, name.toLowerCase())) {
      splice(request, field.start, field.end, "");
      request.headers.splice(request.headers.indexOf(field), 1);
    }
  }
}
