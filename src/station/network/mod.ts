/** What the machine tells of its network. */
export { NetworkWatch } from "./network_watch.ts";
