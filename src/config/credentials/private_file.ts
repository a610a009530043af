/** Files that only their owner may touch: passwords and keys. */
import { OffhookError } from "../../base/mod.ts";

/** Permission bits that must not be set. */
export const OWNER_ONLY = 0o077;
/** The group may read: services share a secret with their group that way. */
export const OWNER_AND_GROUP = 0o027;

/**
 * @param info of a regular file; anything else (a pipe, a device) is not a secret at rest
 * @throws OffhookError `credential-missing` with the line to type that mends it
 */
export function refuseOpenFile(path: string, info: Deno.FileInfo, forbidden: number): void {
  if (!info.isFile || info.mode === null || Deno.build.os === "windows") return;
  if ((info.mode & forbidden) === 0) return;
  const octal = (info.mode & 0o777).toString(8).padStart(4, "0");
  throw new OffhookError(
    "credential-missing",
    `others can read or change ${path} (mode ${octal}): it is not used for passwords`,
    { hint: `Type: chmod 600 ${shellQuoted(path)}` },
  );
}

/** As a POSIX shell reads it back; quotes only where needed. */
export function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
