/**
 * A re-INVITE of ours with answers to challenges (RFC 3261 §14.1). Not on the real-time path.
 */
import {
  type IncomingResponseMessage,
  type OutgoingInviteRequestDelegate,
  type RequestOptions,
  SessionState,
} from "sip.js/lib/core/index.js";
import { OffhookError } from "../../base/errors.ts";
import { finalOf, type FinalResponse, whenReachable } from "./in_dialog.ts";
import { dialogRoute } from "../library/strict_routes.ts";
import { refreshTarget, sdpBody, type SessionContext } from "./session_context.ts";

export interface ReinviteEvents {
  /** A 2xx; `ack` must be called, with our answer when the 2xx had an offer. */
  accepted(message: IncomingResponseMessage, ack: (sdp?: string) => void): void;
  /** A 3xx–6xx, or none (408 and 503 of SIP.js's own). */
  rejected(response: FinalResponse): void;
}

/** @param sdp our offer; undefined asks the peer for one */
export function sendReinvite(
  context: SessionContext,
  headers: readonly string[],
  sdp: string | undefined,
  events: ReinviteEvents,
): void {
  const { dialog, authentication, agent } = context;
  const credentials = () => {
    const uri = dialogRoute(dialog).requestUri.toRaw();
    return authentication.lines({ method: "INVITE", uri, body: sdp ?? "" });
  };
  const delegate: OutgoingInviteRequestDelegate = {
    onAccept: ({ message, ack }) => {
      refreshTarget(dialog, message);
      events.accepted(message, (answer) => void ack(requestOptions(credentials(), answer)));
    },
    onRedirect: ({ message }) => events.rejected(finalOf(message)),
    onReject: ({ message }) => {
      const response = finalOf(message);
      if (response.status !== 401 && response.status !== 407) return events.rejected(response);
      authentication.accept(message).then(send, (error) => {
        agent.log("warning", OffhookError.from(error).message);
        events.rejected(response);
      });
    },
  };
  const send = () => {
    if (dialog.sessionState === SessionState.Terminated) return;
    dialog.invite(delegate, requestOptions([...headers, ...credentials()], sdp));
  };
  authentication.begin();
  whenReachable(agent, dialog, send);
}

function requestOptions(extraHeaders: string[], sdp: string | undefined): RequestOptions {
  return { extraHeaders, ...(sdp === undefined ? {} : { body: sdpBody(sdp) }) };
}
