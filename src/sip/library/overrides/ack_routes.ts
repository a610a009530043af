/**
 * Routes of an ACK to a 3xx–6xx.
 *
 * What is wrong: only the first of the INVITE's Route headers is copied, so that the ACK misses
 * proxies behind the first one (RFC 3261 §17.1.1.3), and the Request-URI is not the INVITE's text.
 */
import {
  type IncomingResponseMessage,
  InviteClientTransaction,
  type OutgoingRequestMessage,
} from "sip.js/lib/core/index.js";

interface Inside {
  request: OutgoingRequestMessage;
  ack(response: IncomingResponseMessage): void;
  send(message: string): Promise<void>;
  logTransportError(error: Error, message: string): void;
}

const prototype = InviteClientTransaction.prototype as unknown as Inside;
prototype.ack = function (this: Inside, response: IncomingResponseMessage) {
  const { request } = this;
  const text = [
    `ACK ${request.ruri.toRaw()} SIP/2.0`,
    `Via: ${request.getHeader("via")}`,
    ...request.getHeaders("route").map((route) => `Route: ${route}`),
    `From: ${request.getHeader("from")}`,
    `To: ${response.getHeader("to")}`,
    `Call-ID: ${request.callId}`,
    `CSeq: ${request.cseq} ACK`,
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  this.send(text).catch((error: Error) => {
    this.logTransportError(error, "Failed to send ACK to non-2xx response.");
  });
};
