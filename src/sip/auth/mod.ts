/** Digest authentication (RFC 8760). */
export { type AccountKeys, Authentication, CREDENTIALS } from "./authentication.ts";
export { authorization, type Challenge, type DigestAlgorithm } from "./digest.ts";
export { Realms } from "./realms.ts";
