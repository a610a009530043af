/** From packets that come as they like to sound that is there on time. */
export { Playout } from "./playout.ts";
