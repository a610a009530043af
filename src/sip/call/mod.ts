/** Calls before they have a dialog. */
export { invitations } from "./invitation.ts";
export { OutgoingCall } from "./outgoing.ts";
