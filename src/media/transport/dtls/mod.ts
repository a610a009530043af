/** DTLS-SRTP: keys for a call's sound, agreed on beside it. Loaded when a call wants it. */
export { fingerprintOf, type Identity } from "./crypto/mod.ts";
export { DtlsTransport } from "./dtls_transport.ts";
export { currentIdentity } from "./identities.ts";
