/**
 * Branches and To tags.
 *
 * What is wrong: a branch is one of 10⁷ values of Math.random, so that two of some thousand calls
 * collide and a stranger can guess one; the To tags of responses are Math.random too; and a stateless
 * response to a retransmission gets another tag than the first (RFC 3261 §8.2.7 wants the same).
 */
import {
  ClientTransaction,
  type IncomingRequestMessage,
  InviteClientTransaction,
  type OutgoingRequestMessage,
  type ResponseOptions,
  UserAgentCore,
  UserAgentServer,
} from "sip.js/lib/core/index.js";
import { hash, newBranch, newToken } from "../../message/mod.ts";

interface ClientTransactionClass {
  makeId(request: OutgoingRequestMessage): string;
}

(ClientTransaction as unknown as ClientTransactionClass).makeId = (request) => {
  if (request.method !== "CANCEL") return newBranch();
  if (request.branch === undefined) throw new Error("a CANCEL needs the branch of its INVITE");
  return request.branch;
};

interface InviteTransactionInside {
  transport: { protocol: string };
  ackRetransmissionCache: Map<string, OutgoingRequestMessage>;
  send(message: string): Promise<void>;
  logTransportError(error: Error, message: string): void;
}

/** As the library's, with another branch. */
InviteClientTransaction.prototype.ackResponse = function (ack: OutgoingRequestMessage) {
  const inside = this as unknown as InviteTransactionInside;
  if (!ack.toTag) throw new Error("an ACK to a 2xx needs a To tag");
  ack.setViaHeader(newBranch(), inside.transport.protocol);
  inside.ackRetransmissionCache.set(ack.toTag, ack);
  inside.send(ack.toString()).catch((error: Error) => {
    inside.logTransportError(error, "Failed to send ACK to 2xx response.");
  });
};

interface ServerInside {
  init(): void;
  toTag: string;
  message: IncomingRequestMessage;
}

const serverPrototype = UserAgentServer.prototype as unknown as ServerInside;
const initServer = serverPrototype.init;
serverPrototype.init = function (this: ServerInside) {
  this.toTag = this.message.toTag || newToken();
  initServer.call(this);
};

const secret = newToken();
const replyStateless = UserAgentCore.prototype.replyStateless;
UserAgentCore.prototype.replyStateless = function (
  message: IncomingRequestMessage,
  options: ResponseOptions,
) {
  const toTag = options.toTag ?? statelessTag(message);
  return replyStateless.call(this, message, { ...options, toTag });
};

function statelessTag(message: IncomingRequestMessage): string {
  const key = [secret, message.callId, message.fromTag, message.cseq, message.viaBranch];
  return hash("sha256", key.join("\n")).slice(0, 24);
}
