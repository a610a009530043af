/** What the machine tells of its network. */
export { linksOf } from "./links.ts";
export { NetworkWatch } from "./network_watch.ts";
