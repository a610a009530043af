/**
 * Requests whose peer is silent or whose flow is gone (RFC 3261 §8.1.3.1, RFC 3263 §4.3).
 *
 *     resent in vain, 503, 504 ─► sent again to the next hop's next target
 *     Timer B, F     ─► the flow is dead: closed
 *     flow closed    ─► a 503 of our own for each request under way
 */
import type { Clock } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { hostPort, scanText, type SipMessage } from "../message/mod.ts";
import type { BaseFlow, LayerEvent } from "./flow/mod.ts";
import type { Outbound } from "./outbound.ts";
import { isInDialog, type NextHopConnection } from "./routing/mod.ts";
import type { ClientTransaction, ClientTransactions } from "./transaction/mod.ts";

/** A UDP target that lets a request go unanswered this long is left for the next, where there is one. */
const UDP_PATIENCE_MS = 3000;

export interface FailoverOptions {
  clock: Clock;
  client: ClientTransactions<BaseFlow>;
  outbound: Outbound;
  /** Account mode. */
  account: NextHopConnection | undefined;
  emit(event: LayerEvent): void;
  deliver(message: SipMessage, flow: BaseFlow): void;
  /** Another flow is in use instead. */
  retire(flow: BaseFlow): void;
}

/** The server cannot help: another one may. Of an INVITE, 408 and 480 are the callee's. */
const OUT_OF_SERVICE = new Set([503, 504]);

export class Failover {
  constructor(readonly options: FailoverOptions) {}

  /** A flow has closed. */
  closed(flow: BaseFlow, error: OffhookError | undefined): void {
    const { client, outbound, deliver } = this.options;
    for (const transaction of client.abandon(flow)) {
      const scan = scanText(outbound.failed(transaction, error));
      if (scan.ok) deliver(scan.message, flow);
    }
  }

  /**
   * Timer B or F. Where nothing came all the time, a connection is dead though TCP does not know it yet,
   * and so is the next hop.
   */
  unanswered(transaction: ClientTransaction<BaseFlow>): void {
    const { emit, account } = this.options;
    const { flow, callId, method, startedAt } = transaction;
    emit({ type: "request-unanswered", callId, method, flow });
    const matters = flow.reliable || account?.keeps(flow);
    if (!matters || flow.lastHeardAt >= startedAt) return;
    const { host, port } = flow.remote;
    const by = flow.transport.toUpperCase();
    flow.close(
      new OffhookError("unreachable", `Nothing answers at ${hostPort(flow.remote)} by ${by}`, {
        hint: "Check the address, the port and that the server runs; a firewall may drop it.",
        data: { transport: flow.transport, host, port },
      }),
    );
  }

  /**
   * A response came to a request outside dialogs: true when it is not the last word, as the next target
   * is asked (RFC 3263 §4.3). A registration sees to itself.
   */
  refused(transaction: ClientTransaction<BaseFlow>, response: SipMessage): boolean {
    const { account, outbound, emit, deliver, retire } = this.options;
    const { flow, method, request } = transaction;
    if (!OUT_OF_SERVICE.has(response.status) || method === "REGISTER" || method === "CANCEL") {
      return false;
    }
    if (flow !== account?.flow || !account.hasAlternative || isInDialog(request)) return false;
    if (method === "INVITE") outbound.acknowledge(transaction, response);
    void account.advance().then((next) => {
      if (next === undefined) return deliver(response, flow);
      emit({ type: "next-hop-changed", flow: next });
      outbound.reroute(transaction, next);
      retire(flow);
    });
    return true;
  }

  /** Without waiting for Timer F where the DNS named another target. */
  resent({ flow, startedAt }: ClientTransaction<BaseFlow>): void {
    const { clock, client, outbound, account, emit } = this.options;
    if (flow !== account?.flow || flow.lastHeardAt >= startedAt) return;
    if (clock.now() - startedAt < UDP_PATIENCE_MS) return;
    void account.advance().then((next) => {
      if (next === undefined || next === flow) return;
      emit({ type: "next-hop-changed", flow: next });
      for (const each of client.unanswered(flow)) outbound.reroute(each, next);
      flow.close();
    });
  }
}
