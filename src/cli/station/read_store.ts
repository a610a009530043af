/**
 * The store as commands read it: beside a station that may be writing. Who has no file yet has no
 * calls and no contacts.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Store } from "../../store/mod.ts";
import { type Io, lazily, say } from "../process/mod.ts";
import { storePath } from "./store_place.ts";

/** @returns what `read` makes of the store; `empty` when there is none. @throws OffhookError */
export async function readStore<T>(io: Io, empty: T, read: (store: Store) => T): Promise<T> {
  const path = storePath(io.environment);
  if (!exists(path)) return empty;
  const store = await open(path, "read", io);
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Opens the store as its only writer. @throws OffhookError `store-locked` when a station has it */
export async function writeStore<T>(io: Io, write: (store: Store) => T): Promise<T> {
  const path = storePath(io.environment);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const store = await open(path, "write", io);
  try {
    for (const { message } of store.notices) await say(io, message);
    return write(store);
  } finally {
    store.close();
  }
}

async function open(path: string, mode: "read" | "write", io: Io): Promise<Store> {
  const { openStore } = await lazily<typeof import("../../store/store.ts")>(
    import.meta.url,
    "../../store/store.ts",
  );
  return openStore({ path, mode, now: () => io.now() });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
