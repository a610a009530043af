/** Registration (RFC 3261 §10). */
export { Registration } from "./registration.ts";
