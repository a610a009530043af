/** The REGISTER requests of one registration: one Call-ID, a CSeq that rises (RFC 3261 §10.2). */
import type { Agent } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import type { OutgoingRequest } from "../library/mod.ts";
import { ALLOW_LINE, newToken } from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

export interface Binding {
  /** Our Contact's URI as it stands on the wire. */
  contact: string;
  /** Seconds; 0 takes the binding away. */
  expires: number;
  /** The Contact that the registrar holds. */
  bound: string | undefined;
}

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
  make(flow: Flow, binding: Binding): OutgoingRequest {
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
      // A Service-Route is not for REGISTER (RFC 3608 §6.1).
      routes: [],
      supported: ["path"],
      headers: this.#lines(binding, target),
    };
  }

  /** Parameters of our Contact (RFC 5626 §4.1). */
  #instance(): string {
    const { instance } = this.#agent;
    return instance === undefined ? "" : `;+sip.instance="<${instance}>"`;
  }

  #lines({ contact, expires, bound }: Binding, uri: string): string[] {
    return [
      `${this.#agent.contactLine()}${this.#instance()};expires=${expires}`,
      // The binding of an address that we no longer have would ring nowhere.
      ...(bound === undefined || bound === contact ? [] : [`Contact: <${bound}>;expires=0`]),
      `Expires: ${expires}`,
      ...this.#authentication.lines({ method: "REGISTER", uri, body: "" }),
      ALLOW_LINE,
    ];
  }
}
