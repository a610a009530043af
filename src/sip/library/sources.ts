/**
 * From where requests inside a dialog are heeded. Its tags are no secret: who sees or guesses them could
 * end, hold or take over a call (RFC 3261 §26.1.4).
 *
 *     by the account's server ─► from the server            ┐
 *     direct ─► from the peer's address, whatever its port  ├ or from where our own requests would go:
 *     begun over TLS ─► over TLS                            ┘ the first of the route set, the Contact
 *
 * Pure but for the lookup of a name.
 */
import type { Dialog, IncomingRequestMessage, UserAgentCore } from "sip.js/lib/core/index.js";
import type { RequestOrigin } from "../../core/ports/mod.ts";
import { flowOf, flowOfDialog } from "./message_flow.ts";
import { type Flow, isSecure } from "../transport/flow/mod.ts";

export interface SourceAccess {
  readonly core: UserAgentCore;
  originOf(flow: Flow): RequestOrigin;
  /** Whether who sends on a flow is who a SIP URI leads to, by its address. Never rejects. */
  comesFrom(uri: string, flow: Flow): Promise<boolean>;
}

export class DialogSources {
  readonly #access: SourceAccess;

  constructor(access: SourceAccess) {
    this.#access = access;
  }

  /** The dialog that a request is for, by its tags; undefined when there is none. */
  dialogOf({ callId, toTag, fromTag }: IncomingRequestMessage): Dialog | undefined {
    return this.#access.core.dialogs.get(`${callId}${toTag}${fromTag}`);
  }

  /** Whether a request of the dialog that came on `flow` is to be heeded. */
  async admit(dialog: Dialog, flow: Flow): Promise<boolean> {
    const began = flowOfDialog(dialog);
    if (began !== undefined && isSecure(began) && !isSecure(flow)) return false;
    return await this.#access.comesFrom(firstHop(dialog), flow);
  }

  /** Whether `flow` leads to where the dialog began: no name need be looked up. */
  isOwn(dialog: Dialog, flow: Flow): boolean {
    const began = flowOfDialog(dialog);
    return began !== undefined && this.#isSamePeer(began, flow);
  }

  /** Whether a CANCEL that came on `flow` comes from who sent the INVITE (RFC 3261 §9.1). */
  mayCancel(invite: IncomingRequestMessage, flow: Flow): boolean {
    const began = flowOf(invite);
    return began !== undefined && this.#isSamePeer(began, flow);
  }

  /**
   * Whether an INVITE that came on `flow` may take the place of a dialog that began on `began`
   * (RFC 3891 §6): of the account's
   * server, what the server sends; of a direct call, what anybody sends who knows its tags, for a
   * transfer target is neither of those who talk.
   */
  mayReplace(began: Flow | undefined, flow: Flow): boolean {
    const { originOf } = this.#access;
    return began === undefined || originOf(began) === "stranger" || originOf(flow) === "server";
  }

  #isSamePeer(began: Flow, flow: Flow): boolean {
    if (flow === began) return true;
    if (isSecure(began) && !isSecure(flow)) return false;
    const { originOf } = this.#access;
    if (originOf(began) === "server") return originOf(flow) === "server";
    // A NAT may give the peer another port, a new connection always has one.
    return flow.remote.host === began.remote.host;
  }
}

/** Where the requests of a dialog go first (RFC 3261 §12.2.1.1). */
function firstHop({ routeSet, remoteTarget }: Dialog): string {
  const [route] = routeSet;
  if (route === undefined) return remoteTarget.toRaw();
  return /<([^>]*)>/.exec(route)?.[1] ?? route;
}
