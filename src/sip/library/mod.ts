/** The wall around SIP.js: nothing outside knows its names. */
export { ClientInvite, type ClientInviteEvents, type InviteAccepted } from "./client_invite.ts";
export { Dialog, type DialogEvents, type DialogRequest } from "./dialog.ts";
export type { Log } from "./log.ts";
export { RequestMessage, ResponseMessage } from "./peer_message.ts";
export { ServerInvite } from "./server_invite.ts";
export { ServerReinvite, ServerRequest } from "./server_request.ts";
export { type OutgoingRequest, placeholder, SipStack } from "./sip_stack.ts";
