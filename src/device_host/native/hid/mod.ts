/** Headsets, by node-hid. */
export type { HidBackend } from "./backend.ts";
export { alsaCards, libcFiles } from "./hid_files.ts";
export { NodeHidBackend } from "./node_hid_backend.ts";
export { HidDevices, HidSession } from "./session.ts";
