/**
 * What the core does with a request that belongs to no transaction.
 *
 * What is wrong: it compares the request with every live transaction to find merged ones, so that a
 * flood makes each message dearer than the last (6 ms a message at some thousand); it refuses sips: and
 * tel: request URIs with 416, and any other user part with 404, OPTIONS too. All its checks are made in
 * `incoming_message.ts`; here the request only goes to its dialog or to the core's delegate.
 */
import { type IncomingRequestMessage, UserAgentCore } from "sip.js/lib/core/index.js";

interface Inside {
  receiveRequest(message: IncomingRequestMessage): void;
  receiveInsideDialogRequest(message: IncomingRequestMessage): void;
  receiveOutsideDialogRequest(message: IncomingRequestMessage): void;
}

const prototype = UserAgentCore.prototype as unknown as Inside;
prototype.receiveRequest = function (this: Inside, message: IncomingRequestMessage) {
  if (message.toTag) this.receiveInsideDialogRequest(message);
  else this.receiveOutsideDialogRequest(message);
};
