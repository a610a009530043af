/**
 * UPDATE inside a dialog (RFC 3311).
 *
 * What is wrong: a dialog answers 501. Here it is ordered like every request of the dialog, refreshes
 * the remote target, and goes to the dialog's delegate as `onUpdate`.
 */
import {
  Dialog,
  type IncomingRequestMessage,
  NameAddrHeader,
  NonInviteServerTransaction,
  type Session,
  SessionDialog,
  UserAgentServer,
} from "sip.js/lib/core/index.js";

/** What a dialog's delegate may have besides SIP.js's own callbacks. */
export interface UpdateDelegate {
  onUpdate?(request: UserAgentServer): void;
}

interface DialogInside {
  delegate?: UpdateDelegate & Session["delegate"];
  dialogState: { remoteTarget: unknown };
}

const receiveRequest = SessionDialog.prototype.receiveRequest;
SessionDialog.prototype.receiveRequest = function (message: IncomingRequestMessage) {
  if (message.method !== "UPDATE") return receiveRequest.call(this, message);
  if (!this.sequenceGuard(message)) return;
  Dialog.prototype.receiveRequest.call(this, message);
  const inside = this as unknown as DialogInside;
  const contact: unknown = message.parseHeader("contact");
  if (contact instanceof NameAddrHeader) inside.dialogState.remoteTarget = contact.uri;
  const server = new UserAgentServer(NonInviteServerTransaction, this.userAgentCore, message);
  if (inside.delegate?.onUpdate !== undefined) inside.delegate.onUpdate(server);
  else server.reject({ statusCode: 500, extraHeaders: ["Retry-After: 1"] });
};
