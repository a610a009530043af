/**
 * One station a configuration: a file lock that the kernel drops when its holder dies, with a note in
 * it of where the holder listens.
 */
import { dirname } from "../../base/path/mod.ts";
import { ownFolder } from "../../control/socket/mod.ts";
import { fileReason, OffhookError } from "../../base/mod.ts";

export interface Instance {
  pid: number;
  /** Path of the control socket. */
  socket: string;
}

export class InstanceLock {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * @throws OffhookError `station-refused`, saying where the other station is; `file-unusable` when
   * the folder cannot be written to
   */
  static take(path: string, instance: Instance): InstanceLock {
    const file = opened(path);
    if (!file.tryLockSync(true)) {
      file.close();
      throw running(findInstance(path));
    }
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(JSON.stringify(instance)));
    return new InstanceLock(file);
  }

  release(): void {
    this.#file.truncateSync(0);
    this.#file.close();
  }
}

function opened(path: string): Deno.FsFile {
  ownFolder(dirname(path));
  try {
    return Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot use ${path}: ${fileReason(cause)}`, {
      hint: "Set XDG_RUNTIME_DIR to a folder that you may write to, or leave it out.",
      cause,
    });
  }
}

/** Who holds the lock, as its note says; undefined when nobody wrote one. */
export function findInstance(path: string): Instance | undefined {
  try {
    const { pid, socket } = JSON.parse(Deno.readTextFileSync(path)) as Partial<Instance>;
    if (typeof pid === "number" && typeof socket === "string") return { pid, socket };
  } catch {
    // No file, or nothing in it: no station runs.
  }
  return undefined;
}

function running(instance: Instance | undefined): OffhookError {
  const who = instance === undefined
    ? "another process"
    : `process ${instance.pid}, listening on ${instance.socket}`;
  return new OffhookError("station-refused", `this configuration's station runs already: ${who}`, {
    hint: "Use it with offhook status, or end it first.",
    data: { ...(instance ?? {}) },
  });
}
