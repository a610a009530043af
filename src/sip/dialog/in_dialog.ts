/**
 * Non-INVITE requests inside a dialog, with answers to challenges: BYE, INFO, REFER, NOTIFY,
 * UPDATE, PRACK, OPTIONS.
 */
import type { Agent } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Dialog, DialogRequest, ResponseMessage } from "../library/mod.ts";

/**
 * Sends a request and calls `onFinal` once, after the challenges that could be answered. Never throws.
 */
export function sendInDialog(
  agent: Agent,
  dialog: Dialog,
  authentication: Authentication,
  request: DialogRequest,
  onFinal: (response: ResponseMessage) => void,
): void {
  const { method, headers, body } = request;
  const answered = (response: ResponseMessage) => {
    if (response.status !== 401 && response.status !== 407) return onFinal(response);
    authentication.accept(response).then(send, (error) => {
      agent.log("warning", `${method} was refused: ${OffhookError.from(error).message}`);
      onFinal(response);
    });
  };
  const send = () => {
    const credentials = { method, uri: dialog.requestUri, body: body?.content ?? "" };
    const lines = [...headers, ...authentication.lines(credentials)];
    dialog.request({ ...request, headers: lines }, answered);
  };
  authentication.begin();
  whenReachable(agent, dialog, send);
}

/**
 * Runs `send` at once when the account's connection is up, or the dialog does not go by it; else after
 * a try to get it up, whatever comes of it. A BYE in the second of a reconnect would be lost otherwise, and the peer left talking.
 */
export function whenReachable(agent: Agent, dialog: Dialog, send: () => void): void {
  const began = dialog.flow;
  const direct = began !== undefined && agent.originOf(began) === "stranger";
  const reaching = direct ? undefined : agent.reach();
  if (reaching === undefined) send();
  else reaching.then(send, send);
}

/**
 * Whether a response to a request inside a dialog means that there is none any more (RFC 5057 §5.1).
 * Deviation: a silence on the way (RFC 3261 §12.2.1.2) does not; the sound may still flow, and the
 * session timer ends a dialog that is really dead.
 */
export function isDialogGone(response: ResponseMessage): boolean {
  return response.status === 481 || (response.status === 408 && !response.isSilence);
}
