/** How a thread without rights comes to the device host; see `device_host/client_access.ts`. */
export { type DeviceHostAccess, remoteAccess, serveAccess } from "../../device_host/client/mod.ts";
