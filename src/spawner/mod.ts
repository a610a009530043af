/** Starts programs for a station that has given up the right to. */
export { Spawner } from "./client.ts";
