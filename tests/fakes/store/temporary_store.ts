/** A store in a folder of its own that is gone with the test. */
import { join } from "node:path";
import {
  openDatabase,
  type OpenOptions,
  type OpenStore,
} from "../../../src/store/database/database.ts";

export const NOON = Date.UTC(2025, 0, 2, 12);

export interface TemporaryStore extends Disposable {
  folder: string;
  path: string;
  /** Opens the store; every opening is closed at the end. */
  open(options?: Partial<OpenOptions>): OpenStore;
  /** Deletes all files; nothing may be open. */
  remove(): void;
}

export function temporaryStore(): TemporaryStore {
  const folder = Deno.makeTempDirSync({ prefix: "offhook-store-" });
  const path = join(folder, "offhook.db");
  const opened: OpenStore[] = [];
  return {
    folder,
    path,
    open(options = {}) {
      const store = openDatabase({ path, mode: "write", now: () => NOON, ...options });
      opened.push(store);
      return store;
    },
    remove() {
      for (const { name } of Deno.readDirSync(folder)) Deno.removeSync(join(folder, name));
    },
    [Symbol.dispose]() {
      for (const store of opened) store.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

/** A generator of numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
