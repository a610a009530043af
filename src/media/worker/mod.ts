/** The media thread, seen from the main one. */
export { MediaWorker } from "./media_worker.ts";
export type { MediaThread } from "./thread.ts";
