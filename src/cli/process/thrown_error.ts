/** Whatever a command throws, as the error that a person is told. Pure. */
import { fileReason, OffhookError } from "../../base/mod.ts";

/** What is none of those known is a bug of ours. */
export function errorOf(thrown: unknown): OffhookError {
  return missingPackage(thrown) ?? unusableFile(thrown) ?? OffhookError.from(thrown);
}

/** Packages that are gone since the set-up are no bug: a new set-up brings them. */
export function missingPackage(thrown: unknown): OffhookError | undefined {
  if (!(thrown instanceof TypeError)) return undefined;
  const found = /package for 'npm:([^']+)'|Module not found "[^"]*\/node_modules\/([^"]+)"/
    .exec(thrown.message);
  if (found === null) return undefined;
  const checkout = decodeURIComponent(new URL("../../../", import.meta.url).pathname);
  return new OffhookError("config-missing", `the npm package ${found[1] ?? found[2]} is missing`, {
    hint: `Run \`deno task install\` again in ${checkout}.`,
    cause: thrown,
  });
}

/** What the machine's files do not allow: that is for who runs us, not a bug. */
const FILE_TROUBLE = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ENOSPC", "NotCapable"];

/** A folder of ours (XDG) that cannot be used, where nobody nearer to it has told so. */
export function unusableFile(thrown: unknown): OffhookError | undefined {
  if (!(thrown instanceof Error) || thrown instanceof OffhookError) return undefined;
  const { code, name, message } = thrown as Error & { code?: string };
  const path = /(["'])(\/.*?)\1/.exec(message)?.[2];
  if (path === undefined || !FILE_TROUBLE.some((each) => each === code || each === name)) {
    return undefined;
  }
  return new OffhookError("file-unusable", `cannot use ${path}: ${fileReason(thrown)}`, {
    hint: "The XDG_… variables and the options say which folders are used.",
    cause: thrown,
  });
}
