/**
 * Why a file could not be used, in words: of the runtime's errors and of node's alike. Pure. Not on
 * the real-time path.
 */

/** By the error's `code` where it has one, else by its `name`. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  NotFound: "no such file or folder",
  EEXIST: "it exists already",
  AlreadyExists: "it exists already",
  EACCES: "permission denied",
  EPERM: "permission denied",
  PermissionDenied: "permission denied",
  EISDIR: "it is a folder",
  IsADirectory: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  NotADirectory: "a part of its path is not a folder",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
  EMFILE: "too many files are open",
  // Deno opens devices and the like to nobody who has not all permissions, and to a station only what
  // its configuration named when it started.
  NotCapable: "it is not an ordinary file, or not in a folder that the station may use",
};

/** A few words without a full stop; the error's own message where it is none of those known. */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return (typeof code === "string" ? REASONS[code] : undefined) ?? REASONS[error.name] ??
    error.message;
}
