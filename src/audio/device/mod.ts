/** The sound card, by way of the device host. */
export { type DeviceHostAccess, serveAccess } from "./device_access.ts";
