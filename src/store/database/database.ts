/**
 * Opening the store, so that the phone starts whatever state the file is in.
 *
 *     lock ─► open ─► check (after a crash: the whole file) ─► migrate ─► ready
 *                       │ damaged
 *                       └─► set aside as PATH.broken-DATE ─► new file ─► salvage what can be read
 *
 * WAL mode: a killed process loses no committed transaction and breaks none in half; readers go on
 * beside the writer. `synchronous = NORMAL` spares an fsync for each call: a power cut can cost the
 * last few records, never the file.
 */
import { OffhookError } from "../../base/mod.ts";
import { latestVersion, migrate, type Migration, MIGRATIONS, readVersion } from "./migrations.ts";
import { salvage } from "./salvage.ts";
import { Database, isDamage } from "./sqlite.ts";
import { WriterLock } from "./writer_lock.ts";

export interface OpenOptions {
  /** File; its folder must exist. `:memory:` keeps nothing and needs no lock. */
  path: string;
  /**
   * `write`: the one writer. `append`: beside it, adds records to a file that is ready. `read`: beside
   * it, cannot change anything.
   */
  mode: "write" | "append" | "read";
  /** ms since the epoch; names a file that is set aside. */
  now: () => number;
  /** How long a statement waits for another process. Default 5000. */
  busyTimeoutMs?: number;
  /** Default: ours. Tests pass others. */
  migrations?: readonly Migration[];
}

/** Something that happened while opening and that a person should be told. */
export interface StoreNotice {
  kind: "set-aside" | "salvaged" | "recovered" | "migrated" | "interrupted";
  /** One sentence. */
  message: string;
}

export interface OpenStore {
  database: Database;
  notices: StoreNotice[];
  /** Closes and lets go of the lock; a second call does nothing. */
  close(): void;
}

/**
 * @throws OffhookError `store-locked`: another writer has it; `store-newer`: a later version wrote
 *   it; `store-failed`: it cannot be opened, written, or (mode `read`) is damaged
 */
export function openDatabase(options: OpenOptions): OpenStore {
  if (options.path === ":memory:") return openInMemory(options);
  if (options.mode === "append") return openForAppending(options);
  return options.mode === "write" ? openForWriting(options) : openForReading(options);
}

function openInMemory(options: OpenOptions): OpenStore {
  const database = new Database(":memory:", { readOnly: false, busyTimeoutMs: 0 });
  migrate(database, options.migrations ?? MIGRATIONS);
  return { database, notices: [], close: once(() => database.close()) };
}

function openForWriting(options: OpenOptions): OpenStore {
  const { path } = options;
  const since = new Date(options.now()).toISOString();
  const lock = WriterLock.take(path, { pid: Deno.pid, since });
  const notices: StoreNotice[] = [];
  try {
    const database = openOrReplace(options, lock.unclean, notices);
    return { database, notices, close: once(() => closeWriter(database, lock)) };
  } catch (error) {
    // The mark of an unclean end must outlive a failed opening.
    lock.release(!lock.unclean);
    throw error;
  }
}

function closeWriter(database: Database, lock: WriterLock): void {
  let clean = false;
  try {
    emptyLog(database);
    database.close();
    clean = !database.damaged;
  } finally {
    lock.release(clean);
  }
}

/** So that the next writer sees a clean end even when a reader keeps the file open; never waits. */
function emptyLog(database: Database): void {
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // What is in the log is safe there; the next opening works it in.
  }
}

function openOrReplace(
  options: OpenOptions,
  unclean: boolean,
  notices: StoreNotice[],
): Database {
  try {
    return openChecked(options, unclean, notices);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const broken = setAside(options.path, options.now());
    notices.push({
      kind: "set-aside",
      message: `${(error as OffhookError).message}; it is kept as ${broken}, a new one is begun`,
    });
    const database = openChecked(options, false, notices);
    const saved = salvage(broken, database, latestVersion(options.migrations ?? MIGRATIONS));
    if (saved > 0) {
      notices.push({ kind: "salvaged", message: `${saved} records were read out of ${broken}` });
    }
    return database;
  }
}

/** @throws OffhookError with `data.damaged` when the file is broken */
function openChecked(options: OpenOptions, unclean: boolean, notices: StoreNotice[]): Database {
  const { path, busyTimeoutMs = 5000, migrations = MIGRATIONS } = options;
  createPrivately(path);
  // A writer that ends well leaves no log. A power cut can lose the lock's mark, not the log.
  const leftLog = sizeOf(`${path}-wal`) > 0;
  const database = new Database(path, { readOnly: false, busyTimeoutMs });
  try {
    database.pragma("journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    const version = readVersion(database, migrations);
    if ((unclean || leftLog) && version > 0) {
      checkIntegrity(database);
      if (unclean) notices.push({ kind: "recovered", message: recoveredMessage(path) });
    }
    const ran = migrate(database, migrations);
    if (version > 0 && ran.length > 0) {
      notices.push({
        kind: "migrated",
        message: `${path} went from schema version ${version} to ${latestVersion(migrations)}`,
      });
    }
    return database;
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

function recoveredMessage(path: string): string {
  return `${path} was not closed by its last writer; it was checked and is whole`;
}

/** @throws OffhookError with `data.damaged` naming the first fault found */
function checkIntegrity(database: Database): void {
  const { path } = database;
  const verdict = String(database.pragma("integrity_check(1)"));
  if (verdict !== "ok") throw damaged(path, verdict);
  const orphan = database.get<{ table: string }>("PRAGMA foreign_key_check");
  if (orphan !== undefined) throw damaged(path, `a row of ${orphan.table} refers to nothing`);
}

function damaged(path: string, fault: string): OffhookError {
  // SQLite's verdict is several lines: the last one names the fault.
  const line = fault.trim().split("\n").at(-1);
  return new OffhookError("store-failed", `the store ${path} is damaged: ${line}`, {
    data: { path, damaged: true },
  });
}

/**
 * Renames the file and its log; they belong together, whoever wants to read them needs both.
 *
 * @returns the new path
 */
function setAside(path: string, now: number): string {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  let target = `${path}.broken-${date}`;
  for (let attempt = 2; exists(target); attempt++) target = `${path}.broken-${date}-${attempt}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      Deno.renameSync(path + suffix, target + suffix);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) continue;
      throw new OffhookError("store-failed", `${path}${suffix} is damaged and cannot be renamed`, {
        hint: "See that its folder can be written, or move the file away.",
        data: { path },
        cause,
      });
    }
  }
  return target;
}

/** @throws OffhookError `store-locked` for a file that only a writer can make ready */
function openForAppending(options: OpenOptions): OpenStore {
  const { path, busyTimeoutMs = 5000, migrations = MIGRATIONS } = options;
  if (!exists(path)) throw notReady(path);
  const database = new Database(path, { readOnly: false, busyTimeoutMs });
  try {
    if (readVersion(database, migrations) !== latestVersion(migrations)) throw notReady(path);
    database.exec("PRAGMA synchronous = NORMAL");
    return { database, notices: [], close: once(() => database.close()) };
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

function notReady(path: string): OffhookError {
  return new OffhookError("store-locked", `the store ${path} is not ready`, { data: { path } });
}

function openForReading(options: OpenOptions): OpenStore {
  const { path, busyTimeoutMs = 5000, migrations = MIGRATIONS } = options;
  // No phone has run yet: nothing is there to be read, and that is no error.
  if (!exists(path)) return openInMemory(options);
  const database = new Database(path, { readOnly: true, busyTimeoutMs });
  try {
    if (readVersion(database, migrations) === latestVersion(migrations)) {
      return { database, notices: [], close: once(() => database.close()) };
    }
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
  // Written by an older version: bring it up to date as a writer, then read.
  closeQuietly(database);
  const writer = openForWriting(options);
  writer.close();
  return openForReading(options);
}

/** Calls are private: the file is there for its owner only, and its log takes over the mode. */
function createPrivately(path: string): void {
  try {
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OffhookError("store-failed", `the store ${path} cannot be written: ${why}`, {
      hint: "See that its folder exists and can be written.",
      data: { path },
      cause,
    });
  }
}

function exists(path: string): boolean {
  return sizeOf(path) >= 0;
}

/** Bytes; −1 when there is no such file. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return -1;
  }
}

function closeQuietly(database: Database): void {
  try {
    database.close();
  } catch {
    // A broken file may refuse even that; what matters has been thrown already.
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
