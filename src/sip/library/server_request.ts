/** Requests inside a dialog that wait for our answer. */
import {
  type IncomingRequestMessage,
  type ReInviteUserAgentServer,
  type ResponseOptions,
  type SessionDialog,
  TransactionState,
} from "sip.js/lib/core/index.js";
import { type Answer, responseOptions } from "./options.ts";
import { RequestMessage } from "./peer_message.ts";

/** What SIP.js has for one of them. */
interface Answerable {
  readonly message: IncomingRequestMessage;
  accept(options?: ResponseOptions): unknown;
  reject(options?: ResponseOptions): unknown;
}

export class ServerRequest {
  readonly message: RequestMessage;
  readonly #server: Answerable;

  constructor(server: Answerable) {
    this.#server = server;
    this.message = new RequestMessage(server.message);
  }

  /** @param status a 2xx */
  accept(answer: Answer = {}, status = 200): void {
    this.#server.accept(responseOptions(status, answer));
  }

  /** @param status 4xx to 6xx */
  reject(status: number, answer: Answer = {}): void {
    this.#server.reject(responseOptions(status, answer));
  }
}

/** A re-INVITE of the peer: its 2xx waits for an ACK. */
export class ServerReinvite extends ServerRequest {
  readonly #dialog: SessionDialog;
  readonly #reinvite: ReInviteUserAgentServer;

  constructor(dialog: SessionDialog, server: ReInviteUserAgentServer) {
    super(server);
    this.#dialog = dialog;
    this.#reinvite = server;
  }

  /** The peer takes it back; whether it is answered by then is for the callback to know. */
  set onCancel(cancelled: () => void) {
    this.#reinvite.delegate = { onCancel: cancelled };
  }

  /**
   * Called when no ACK came. SIP.js leaves a re-INVITE without ACK pending for ever, and then refuses
   * all others.
   */
  whenUnacknowledged(callback: () => void): void {
    const server = this.#reinvite;
    server.transaction.addStateChangeListener(() => {
      if (server.transaction.state !== TransactionState.Terminated) return;
      if (this.#dialog.reinviteUserAgentServer !== server) return;
      this.#dialog.reinviteUserAgentServer = undefined;
      callback();
    });
  }
}
