/**
 * One writer at a time, and whether the last one ended well.
 *
 *     take ──► writes its pid into PATH.lock (flock held) ──► release(clean) empties it
 *                       └── kill -9: the kernel drops the flock, the pid stays = unclean
 *
 * The lock file is never deleted: a waiting process could hold the deleted one. Not on the real-time
 * path.
 */
import { OffhookError } from "../../base/mod.ts";

export interface Holder {
  pid: number;
  /** ISO 8601. */
  since: string;
}

export class WriterLock {
  /** True when the last writer did not release cleanly. */
  readonly unclean: boolean;
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile, unclean: boolean) {
    this.#file = file;
    this.unclean = unclean;
  }

  /**
   * @throws OffhookError `store-locked` with the holder when another process (or this one) has it;
   *   `store-failed` when the lock file cannot be written
   */
  static take(storePath: string, holder: Holder): WriterLock {
    const path = `${storePath}.lock`;
    const file = openFile(path);
    if (!file.tryLockSync(true)) {
      file.close();
      throw lockedError(storePath, readHolder(path));
    }
    const unclean = file.statSync().size > 0;
    try {
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(JSON.stringify(holder)));
    } catch (cause) {
      file.close();
      throw unusable(path, cause);
    }
    return new WriterLock(file, unclean);
  }

  /** @param clean false leaves the mark that makes the next writer check the store */
  release(clean: boolean): void {
    try {
      if (clean) this.#file.truncateSync(0);
    } finally {
      this.#file.close();
    }
  }
}

/** Who holds the lock of a store, as the lock file says. */
function readHolder(lockPath: string): Holder | undefined {
  try {
    const { pid, since } = JSON.parse(Deno.readTextFileSync(lockPath)) as Partial<Holder>;
    if (typeof pid === "number" && typeof since === "string") return { pid, since };
  } catch {
    // Just being written, or not ours: the lock holds all the same, only the name is missing.
  }
  return undefined;
}

function openFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): OffhookError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OffhookError("store-failed", `the store's lock ${path} cannot be written: ${why}`, {
    hint: "See that its folder exists, can be written, and has space left.",
    data: { path },
    cause,
  });
}

function lockedError(path: string, holder: Holder | undefined): OffhookError {
  const who = holder === undefined
    ? "another process"
    : `process ${holder.pid} since ${holder.since}`;
  return new OffhookError("store-locked", `the store ${path} is in use by ${who}`, {
    hint: "Let the running station do it, or stop that process first.",
    data: { path, ...(holder ?? {}) },
  });
}
