/** A call of ours, as one INVITE until its final response (RFC 3261 §13.2). */
import {
  type AckableIncomingResponseWithSession,
  type IncomingResponse,
  InviteUserAgentClient,
  type OutgoingRequestMessage,
  type SessionDialog,
  type UserAgentCore,
} from "sip.js/lib/core/index.js";
import type { Flow } from "../transport/flow/mod.ts";
import { type Acknowledge, type Dialog, dialogFor, refreshTarget } from "./dialog.ts";
import { noteFlow } from "./message_flow.ts";
import { requestOptions } from "./options.ts";
import { ResponseMessage } from "./peer_message.ts";

/** A 2xx: the first one, or a further one of another branch. */
export interface InviteAccepted {
  message: ResponseMessage;
  dialog: Dialog;
  acknowledge: Acknowledge;
}

export interface ClientInviteEvents {
  /** 100. */
  trying(): void;
  /** 101–199 in an early dialog. */
  progress(message: ResponseMessage, dialog: Dialog): void;
  accepted(accepted: InviteAccepted): void;
  /** 3xx. */
  redirected(message: ResponseMessage): void;
  /** 4xx–6xx, or what stands in for none. */
  rejected(message: ResponseMessage): void;
}

export class ClientInvite {
  readonly #core: UserAgentCore;
  readonly #message: OutgoingRequestMessage;
  readonly #client: InviteUserAgentClient;

  /** Sends it. Use `SipStack.invite`. */
  constructor(
    core: UserAgentCore,
    message: OutgoingRequestMessage,
    flow: Flow,
    events: ClientInviteEvents,
  ) {
    this.#core = core;
    this.#message = message;
    noteFlow(message, flow);
    const read = ({ message }: IncomingResponse) => new ResponseMessage(message);
    this.#client = new InviteUserAgentClient(core, message, {
      onTrying: () => events.trying(),
      onProgress: (response) =>
        events.progress(read(response), dialogFor(response.session as SessionDialog)),
      onAccept: (response) => events.accepted(accepted(response)),
      onRedirect: (response) => events.redirected(read(response)),
      onReject: (response) => events.rejected(read(response)),
    });
  }

  /**
   * CANCEL (RFC 3261 §9.1). SIP.js's own gives it another display name in From than the INVITE's, and
   * waits for the wrong thing.
   */
  cancel(): void {
    const invite = this.#message;
    const message = this.#core.makeOutgoingRequestMessage(
      "CANCEL",
      invite.ruri,
      invite.from.uri,
      invite.to.uri,
      {
        callId: invite.callId,
        cseq: invite.cseq,
        fromTag: invite.fromTag,
        fromDisplayName: invite.from.displayName,
        routeSet: invite.getHeaders("route"),
      },
    );
    message.branch = invite.branch;
    this.#core.request(message);
  }

  /** Waits for nothing any more. */
  dispose(): void {
    this.#client.dispose();
  }
}

function accepted(response: AckableIncomingResponseWithSession): InviteAccepted {
  const session = response.session as SessionDialog;
  refreshTarget(session, response.message);
  return {
    message: new ResponseMessage(response.message),
    dialog: dialogFor(session),
    acknowledge: (headers, body) => void response.ack(requestOptions(headers, body)),
  };
}
