/**
 * A re-INVITE of ours with answers to challenges (RFC 3261 §14.1).
 */
import { OffhookError } from "../../base/mod.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { sdpBody } from "../message/mod.ts";
import { whenReachable } from "./in_dialog.ts";
import type { SessionContext } from "./session_context.ts";

export interface ReinviteEvents {
  /** A 2xx; `ack` must be called, with our answer when the 2xx had an offer. */
  accepted(message: ResponseMessage, ack: (sdp?: string) => void): void;
  /** A 3xx–6xx, or what stands in for none. */
  rejected(response: ResponseMessage): void;
}

/** @param sdp our offer; undefined asks the peer for one */
export function sendReinvite(
  context: SessionContext,
  headers: readonly string[],
  sdp: string | undefined,
  events: ReinviteEvents,
): void {
  const { dialog, authentication, agent } = context;
  const body = sdp === undefined ? undefined : sdpBody(sdp);
  const credentials = () => {
    return authentication.lines({ method: "INVITE", uri: dialog.requestUri, body: sdp ?? "" });
  };
  const rejected = (response: ResponseMessage) => {
    if (response.status !== 401 && response.status !== 407) return events.rejected(response);
    authentication.accept(response).then(send, (error) => {
      agent.log("warning", OffhookError.from(error).message);
      events.rejected(response);
    });
  };
  const send = () => {
    if (dialog.isOver) return;
    dialog.invite([...headers, ...credentials()], body, {
      accepted: (message, acknowledge) =>
        events.accepted(message, (answer) => {
          acknowledge(credentials(), answer === undefined ? undefined : sdpBody(answer));
        }),
      rejected,
    });
  };
  authentication.begin();
  whenReachable(agent, dialog, send);
}
