/** The phone of another process, over the control API. */
export { RemotePhone } from "./remote_phone.ts";
