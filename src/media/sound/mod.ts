/** The sound of a call between its endpoints and its stream. */
export { Attachment } from "./attachment.ts";
export { Bridge } from "./bridge.ts";
export { LocalParty } from "./local_party.ts";
export type { Party } from "./party.ts";
export { Recording } from "./recording.ts";
export { Ringer } from "./ringer.ts";
export { SharedDevices } from "./shared_devices.ts";
