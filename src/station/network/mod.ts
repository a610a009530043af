/** What the machine tells of its network. */
export { NetworkWatch, type NetworkWatchOptions } from "./network_watch.ts";
