/** The REGISTER requests of one registration: one Call-ID, a CSeq that rises (RFC 3261 §10.2). */
import type { Agent } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import { type OutgoingRequest, placeholder } from "../library/mod.ts";
import { ALLOW_LINE, newToken } from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

export interface Binding {
  /** Our Contact's URI as it stands on the wire. */
  contact: string;
  /** Seconds; 0 takes the binding away. */
  expires: number;
  /** The Contact that the registrar holds. */
  bound: string | undefined;
  /** Names a flow of this phone, whose binding takes the place of its former ones (RFC 5626 §4.2). */
  outbound: boolean;
}

/** @param hop which of the configured servers a flow leads to: the flow's name is always the same */
const regId = (hop: number): number => hop + 1;

export class RegisterRequest {
  readonly callId = newToken();
  readonly #agent: Agent;
  readonly #authentication: Authentication;
  readonly #fromTag = newToken();
  #cseq = 0;

  constructor(agent: Agent, authentication: Authentication) {
    this.#agent = agent;
    this.#authentication = authentication;
  }

  /** The next one. */
  make(flow: Flow, hop: number, binding: Binding): OutgoingRequest {
    const target = `sip:${this.#agent.account.server}`;
    const identity = this.#agent.identityOn(flow);
    this.#cseq += 1;
    return {
      method: "REGISTER",
      target,
      from: identity,
      to: identity,
      callId: this.callId,
      cseq: this.#cseq,
      fromTag: this.#fromTag,
      flow,
      // A Service-Route is not for REGISTER (RFC 3608 §6.1).
      routes: [],
      supported: this.#supported(binding),
      headers: this.#lines(binding, hop, target),
    };
  }

  #supported({ outbound }: Binding): string[] {
    const { instance, account } = this.#agent;
    if (instance === undefined) return ["path"];
    return ["path", ...(outbound ? ["outbound"] : []), ...(account.gruu ? ["gruu"] : [])];
  }

  /** Parameters of our Contact (RFC 5626 §4.1). */
  #instance(outbound: boolean, hop: number): string {
    const { instance } = this.#agent;
    if (instance === undefined) return "";
    return `;+sip.instance="<${instance}>"${outbound ? `;reg-id=${regId(hop)}` : ""}`;
  }

  #lines({ contact, expires, bound, outbound }: Binding, hop: number, uri: string): string[] {
    return [
      `Contact: ${placeholder(this.#agent.account.user)}${
        this.#instance(outbound, hop)
      };expires=${expires}`,
      // The binding of an address that we no longer have would ring nowhere.
      ...(bound === undefined || bound === contact ? [] : [`Contact: <${bound}>;expires=0`]),
      `Expires: ${expires}`,
      ...this.#authentication.lines({ method: "REGISTER", uri, body: "" }),
      ALLOW_LINE,
    ];
  }
}
