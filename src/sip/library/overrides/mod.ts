/** Where SIP.js is bent. */
export { LiteralUri } from "./literal_uri.ts";
export { dialogRoute } from "./strict_routes.ts";
export type { UpdateDelegate } from "./update.ts";
import "./all.ts";
