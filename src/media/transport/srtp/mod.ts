/** SRTP as a stage of MediaTransport. Loaded when a call has keys. */
export { loadCiphers } from "./ciphers.ts";
export { SrtpTransport } from "./srtp_transport.ts";
