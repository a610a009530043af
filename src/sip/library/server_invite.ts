/** A call to us, as an INVITE that waits for our answer (RFC 3261 §13.3). */
import type { InviteUserAgentServer, SessionDialog } from "sip.js/lib/core/index.js";
import { type Dialog, dialogFor } from "./dialog.ts";
import { type Answer, responseOptions } from "./options.ts";
import { RequestMessage } from "./peer_message.ts";

export interface ServerInviteEvents {
  cancelled(cancel: RequestMessage): void;
  /** A response of ours could not be sent. */
  failed(error: Error): void;
}

export class ServerInvite {
  readonly message: RequestMessage;
  readonly #server: InviteUserAgentServer;

  constructor(server: InviteUserAgentServer) {
    this.#server = server;
    this.message = new RequestMessage(server.message);
  }

  set events({ cancelled, failed }: ServerInviteEvents) {
    this.#server.delegate = {
      onCancel: (cancel) => cancelled(new RequestMessage(cancel)),
      onTransportError: (error) => failed(error),
    };
  }

  /** 100. */
  trying(): void {
    this.#server.trying();
  }

  /** A 18x: the early dialog, and what sends the response again. */
  progress(status: number, answer: Answer): { dialog: Dialog; resend(): void } {
    const { session, message } = this.#server.progress(responseOptions(status, answer));
    return {
      dialog: dialogFor(session as SessionDialog),
      resend: () => this.#server.transaction.receiveResponse(status, message),
    };
  }

  /** 200: the confirmed dialog. */
  accept(answer: Answer): Dialog {
    const { session } = this.#server.accept(responseOptions(200, answer));
    return dialogFor(session as SessionDialog);
  }

  /** @param status 3xx to 6xx */
  reject(status: number, answer: Answer = {}): void {
    const options = responseOptions(status, answer);
    if (status < 400) this.#server.redirect([], options);
    else this.#server.reject(options);
  }
}
