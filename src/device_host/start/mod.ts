/** Starts a device host. */
export { LogTail } from "./log_tail.ts";
export { type HostChild, type HostProgram, type StartedHost, startHost } from "./spawn.ts";
