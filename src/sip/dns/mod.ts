/** From a target to addresses (RFC 3263). */
export { type Destination, locate, type Target } from "./locate.ts";
export type { Resolver } from "./resolver.ts";
export { SystemResolver } from "./system_resolver.ts";
