/** The phone's end of a device host. */
export { type DeviceHostAccess, remoteAccess, serveAccess } from "./access.ts";
export { DeviceHostConnection } from "./connection.ts";
export type { ContactSource, OpenContact } from "./contacts.ts";
export { HidConnection, type HidHandle } from "./hid.ts";
export type { DeviceStream, PlaybackLevel } from "./stream.ts";
export { DeviceHostSupervisor, type SupervisorOptions } from "./supervisor.ts";
export type { HidDevice, StreamDirection, StreamOpened } from "../wire/mod.ts";
