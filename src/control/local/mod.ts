/** The phone of this process. */
export type { CommandPort } from "./command_port.ts";
export { LocalPhone, snapshotOf } from "./local_phone.ts";
