/** Call history and contacts on disk. */
export { openStore, type Store } from "./store.ts";
