/** Opening a file of sound, and saying why one cannot be used. */
import { fileReason, OffhookError } from "../base/mod.ts";

const NOTHING = { isDirectory: false, isFifo: false };

/** @throws OffhookError `file-unusable`, naming the path, the reason and what to do */
export async function openFile(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
  try {
    // Opening a folder to read succeeds on Linux, and fails only at the first read.
    const { isDirectory, isFifo } = options.read ? await Deno.stat(path) : NOTHING;
    if (isDirectory) throw unusable(path, "it is a folder");
    if (isFifo) throw unusable(path, "it is a pipe, in which nobody can go back; store it first");
    return await Deno.open(path, options);
  } catch (error) {
    throw error instanceof OffhookError
      ? error
      : unusable(path, fileReason(error), error, options.write === true);
  }
}

/**
 * Opens a file that nobody else has, in one step: of two that ask for it one gets it. A character
 * device (`/dev/null`) has nothing to lose and is opened as it is.
 *
 * @throws OffhookError `file-unusable`, naming the path, the reason and what to do
 */
export async function openNewFile(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
  const device = await Deno.lstat(path).then((found) => found.isCharDevice, () => false);
  return openFile(path, device ? options : { ...options, createNew: true });
}

const READ_HINT = "Name a WAV file (PCM, float, A-law or µ-law) that exists and that you may open.";
const WRITE_HINT = "Name a file in a folder that exists and that you may write to.";
const EXISTS_HINT = "Name a file that does not exist yet, or move that one away first.";
const FULL_HINT = "Free some space, or name a file on another disk.";

/** @param write it was opened to be written */
export function unusable(
  path: string,
  reason: string,
  cause?: unknown,
  write = false,
): OffhookError {
  return new OffhookError("file-unusable", `cannot use ${path}: ${reason}`, {
    hint: write ? writeHint(cause) : READ_HINT,
    data: { path, reason },
    cause,
  });
}

function writeHint(cause: unknown): string {
  if (cause instanceof Deno.errors.AlreadyExists) return EXISTS_HINT;
  return isFull(cause) ? FULL_HINT : WRITE_HINT;
}

function isFull(cause: unknown): boolean {
  return cause instanceof Error && (cause as { code?: unknown }).code === "ENOSPC";
}
