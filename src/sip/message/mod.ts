/** SIP messages: reading, writing, cleaning. */
export { answer, randomToken } from "./answer.ts";
export { autoAnswerAfter } from "./auto_answer.ts";
export {
  ACCEPT_LINE,
  acceptsSdp,
  ALLOW_LINE,
  requires,
  sdpBody,
  sdpOf,
  SIP_METHODS,
  SUPPORTED,
  supports,
  tokens,
  unsupportedOptions,
} from "./capabilities.ts";
export { ONCE, REQUIRED } from "./checks.ts";
export { DTMF, DTMF_RELAY, dtmfRelayBody, type InfoMemory, parseDtmfBody } from "./dtmf_relay.ts";
export { hash } from "./hash.ts";
export { newBranch, newToken } from "./identifiers.ts";
export { sdpPart } from "./multipart.ts";
export type { MessageBody, ReadableMessage } from "./readable_message.ts";
export { isAnsweredElsewhere, reasonText } from "./reason.ts";
export { headEnd, replaceVia, scanBytes, scanText, utf8Length } from "./scan.ts";
export { isCallable } from "./schemes.ts";
export { header, headerFields, type ScanFault, type SipMessage, splice } from "./sip_message.ts";
export { redacted, textTrace, type TraceRecord, type TraceSink } from "./trace.ts";
export {
  decodedUser,
  escapedUser,
  type ParsedUri,
  parseUri,
  readUri,
  withoutHeaders,
} from "./uri.ts";
export {
  type NameAddr,
  parseNameAddr,
  parseNameAddrList,
  parseParameterised,
  readableNameAddrs,
  unquoted,
} from "./name_addr.ts";
export { bracketed, hostPort, stampVia, STRICT_ROUTER, unbracketed, writeVia } from "./via.ts";
