/** Digest authentication (RFC 8760). */
export { Authentication, CREDENTIALS, type Keys } from "./authentication.ts";
export { authorization, type Challenge, type DigestAlgorithm } from "./digest.ts";
export { Realms } from "./realms.ts";
