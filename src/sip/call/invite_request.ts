/**
 * The INVITE of one outgoing call, in all its attempts: the same Call-ID and From, a CSeq one higher
 * each time (RFC 3261 §8.1.3.4, §22.2).
 */
import {
  displayNameContent,
  extraHeaderLine,
  headerValue,
  type PartyIdentity,
} from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { SipEffect } from "../../core/ports/mod.ts";
import { type Agent, requestTarget } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import type {
  ClientInvite,
  ClientInviteEvents,
  InviteAccepted,
  OutgoingRequest,
  ResponseMessage,
} from "../library/mod.ts";
import { ALLOW_LINE, newToken, parseUri, sdpBody, SUPPORTED, unquoted } from "../message/mod.ts";
import { MAX_LONGER } from "../limits/mod.ts";
import { MIN_SESSION_SECONDS, SESSION_SECONDS, sessionExpiresLine } from "../dialog/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

type Identity = OutgoingRequest["from"];

export class InviteRequest {
  /** Our offer; undefined: the peer is asked for one. */
  sdp: string | undefined;
  readonly callId = newToken();
  readonly #agent: Agent;
  readonly #authentication: Authentication;
  readonly #fromTag = newToken();
  readonly #extraLines: string[];
  readonly #from: Identity | undefined;
  #target: string;
  #cseq = 0;
  #sessionSeconds = SESSION_SECONDS;
  #minimumSeconds = MIN_SESSION_SECONDS;
  #raised = 0;
  /** From of the last attempt. */
  #sent: Identity | undefined;
  #credentialLines: string[] = [];

  /** @throws OffhookError `usage` or `invalid-target` for what may not stand in a message */
  constructor(
    agent: Agent,
    effect: Extract<SipEffect, { type: "SendInvite" }>,
    authentication: Authentication,
  ) {
    this.#agent = agent;
    this.#authentication = authentication;
    this.#target = requestTarget(effect.target, agent.account);
    this.#extraLines = [...effect.headers.map(extraHeaderLine), ...originLines(effect)];
    const from = effect.from;
    if (from !== undefined) {
      this.#from = {
        uri: from.uri,
        displayName: displayNameContent(from.displayName ?? "", "--from"),
      };
      if (parseUri(from.uri) === undefined) {
        throw new OffhookError("usage", `${JSON.stringify(from.uri)} is not a SIP address`, {
          hint: "Write --from sip:user@host.",
          data: { from: from.uri },
        });
      }
    }
  }

  get target(): string {
    return this.#target;
  }

  /** From as the last attempt had it; undefined before the first. */
  get sentFrom(): PartyIdentity | undefined {
    const from = this.#sent;
    if (from === undefined) return undefined;
    const name = unquoted(`"${from.displayName}"`);
    return { uri: from.uri, ...(name === "" ? {} : { displayName: name }) };
  }

  /** @throws OffhookError `invalid-target` */
  redirect(target: string): void {
    this.#target = requestTarget(target, this.#agent.account);
  }

  /** Takes the Min-SE of a 422 (RFC 4028 §7.3); false: it asks for nothing new. */
  raiseInterval(message: ResponseMessage): boolean {
    const least = Number(message.header("min-se"));
    if (!Number.isInteger(least) || least <= this.#minimumSeconds || least > 86_400) return false;
    if (++this.#raised > MAX_LONGER) return false;
    this.#minimumSeconds = least;
    this.#sessionSeconds = Math.max(least, this.#sessionSeconds);
    return true;
  }

  /** Sends the next attempt. */
  send(events: ClientInviteEvents, flow: Flow): ClientInvite {
    this.#cseq += 1;
    const from = this.#from ?? this.#agent.identityOn(flow);
    this.#sent = from;
    const request = {
      method: "INVITE",
      target: this.#target,
      from,
      callId: this.callId,
      fromTag: this.#fromTag,
      cseq: this.#cseq,
      supported: this.#optionTags(),
      headers: this.#lines(),
      ...(this.sdp === undefined ? {} : { body: sdpBody(this.sdp) }),
    };
    return this.#agent.stack.invite(request, flow, events);
  }

  /** ACK to a 2xx, with the INVITE's credentials (RFC 3261 §13.2.2.4). */
  acknowledge({ acknowledge }: InviteAccepted, sdp: string | undefined): void {
    acknowledge(this.#credentialLines, sdp === undefined ? undefined : sdpBody(sdp));
  }

  /** Without an offer of ours a reliable 18x would bring one, which the port has no way for. */
  #optionTags(): string[] {
    return SUPPORTED.filter((option) => option !== "100rel" || this.sdp !== undefined);
  }

  #lines(): string[] {
    this.#credentialLines = this.#authentication.lines({
      method: "INVITE",
      uri: this.#target,
      body: this.sdp ?? "",
    });
    return [
      this.#agent.contactLine(),
      ...this.#credentialLines,
      ALLOW_LINE,
      sessionExpiresLine({ seconds: this.#sessionSeconds }),
      `Min-SE: ${this.#minimumSeconds}`,
      ...this.#extraLines,
    ];
  }
}

/** Who had us make the call, and which call of theirs it takes the place of. */
function originLines(
  { referredBy, replaces }: Extract<SipEffect, { type: "SendInvite" }>,
): string[] {
  return [
    ...(referredBy === undefined ? [] : [`Referred-By: ${headerValue("Referred-By", referredBy)}`]),
    ...(replaces === undefined ? [] : [`Replaces: ${headerValue("Replaces", replaces)}`]),
  ];
}
