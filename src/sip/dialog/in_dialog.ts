/**
 * Non-INVITE requests inside a dialog, with answers to challenges: BYE, INFO, REFER, NOTIFY,
 * UPDATE, PRACK, OPTIONS.
 * Not on the real-time path.
 */
import type {
  Body,
  IncomingResponse,
  IncomingResponseMessage,
  OutgoingRequestDelegate,
  SessionDialog,
} from "sip.js/lib/core/index.js";
import type { Agent } from "../agent/agent.ts";
import type { Authentication } from "../auth/authentication.ts";
import { OffhookError } from "../../base/errors.ts";
import { flowOfDialog } from "../library/message_flow.ts";
import { dialogRoute } from "../library/strict_routes.ts";

export interface InDialogRequest {
  method: "BYE" | "INFO" | "REFER" | "NOTIFY" | "UPDATE" | "PRACK" | "OPTIONS";
  /** Complete header lines. */
  headers: string[];
  body?: Body;
}

/** The final answer; `message` is one of SIP.js's own for a timeout (408) or a dead transport (503). */
export interface FinalResponse {
  status: number;
  reason: string;
  message: IncomingResponseMessage;
}

/**
 * Sends a request and calls `onFinal` once, after the challenges that could be answered. Never throws.
 */
export function sendInDialog(
  agent: Agent,
  dialog: SessionDialog,
  authentication: Authentication,
  request: InDialogRequest,
  onFinal: (response: FinalResponse) => void,
): void {
  const { method, headers, body } = request;
  const finish = ({ message }: IncomingResponse) => onFinal(finalOf(message));
  const delegate: OutgoingRequestDelegate = {
    onAccept: finish,
    onRedirect: finish,
    onReject: (response) => {
      const { statusCode } = response.message;
      if (statusCode !== 401 && statusCode !== 407) return finish(response);
      authentication.accept(response.message).then(send, (error) => {
        agent.log("warning", `${method} was refused: ${OffhookError.from(error).message}`);
        finish(response);
      });
    },
  };
  const send = () => {
    const uri = dialogRoute(dialog).requestUri.toRaw();
    const extraHeaders = [
      ...headers,
      ...authentication.lines({ method, uri, body: body?.content ?? "" }),
    ];
    const message = dialog.createOutgoingRequestMessage(method, { extraHeaders, body });
    agent.core.request(message, delegate);
  };
  authentication.begin();
  whenReachable(agent, dialog, send);
}

/**
 * Runs `send` at once when the account's connection is up, or the dialog does not go by it; else after a try to get it up, whatever
 * comes of it. A BYE in the second of a reconnect would be lost otherwise, and the peer left talking.
 */
export function whenReachable(agent: Agent, dialog: SessionDialog, send: () => void): void {
  const began = flowOfDialog(dialog);
  const direct = began !== undefined && agent.originOf(began) === "stranger";
  const reaching = direct ? undefined : agent.reach();
  if (reaching === undefined) send();
  else reaching.then(send, send);
}

export function finalOf(message: IncomingResponseMessage): FinalResponse {
  return { status: message.statusCode ?? 0, reason: message.reasonPhrase ?? "", message };
}

/** Whether it is SIP.js's own 408: not one response came within 64·T1. */
export function isSilence({ status, message }: FinalResponse): boolean {
  return status === 408 && message.data === undefined;
}

/**
 * Whether a response to a request inside a dialog means that there is none any more (RFC 5057 §5.1).
 * Deviation: a silence on the way (RFC 3261 §12.2.1.2) does not; the sound may still flow, and the
 * session timer ends a dialog that is really dead.
 */
export function isDialogGone(response: FinalResponse): boolean {
  return response.status === 481 || (response.status === 408 && !isSilence(response));
}
