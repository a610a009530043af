/** What the machine tells of its network. */
export { Links } from "./links.ts";
export { NetworkWatch } from "./network_watch.ts";
