/**
 * The log of a one-shot command: one line each, to a file or to standard error. Not on the real-time
 * path.
 */
import { dirname } from "node:path";
import { LOG_LEVELS } from "../config/constants.ts";
import { expandPath } from "../config/folders.ts";
import type { LoadedConfig } from "../config/load.ts";
import { OffhookError } from "../core/errors.ts";
import type { Io } from "./io.ts";

export interface Log {
  /** A line about what the phone does. */
  write(text: string): void;
  close(): void;
}

/** What the phone tells of its work is of this level. */
const PHONE_LEVEL = LOG_LEVELS.indexOf("info");

/** @throws OffhookError `file-unusable` */
export async function openLog(loaded: LoadedConfig, io: Io): Promise<Log> {
  const { level, file } = loaded.config.logging;
  if (LOG_LEVELS.indexOf(level) > PHONE_LEVEL) return { write() {}, close() {} };
  if (file === undefined) return { write: (text) => void io.stderr.write(`${text}\n`), close() {} };
  const path = expandPath(file, dirname(loaded.path), io.environment);
  const handle = await Deno.open(path, { append: true, create: true, mode: 0o600 })
    .catch((cause) => {
      throw new OffhookError("file-unusable", `cannot write the log ${path}`, { cause });
    });
  const encoder = new TextEncoder();
  return {
    write(text) {
      try {
        handle.writeSync(encoder.encode(`${new Date(io.now()).toISOString()} ${text}\n`));
      } catch {
        // A full disk must not end the call.
      }
    },
    close: () => handle.close(),
  };
}
