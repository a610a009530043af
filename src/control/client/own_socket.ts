/** Whose socket a command talks to: another user's would get our token and answer as he likes. */
import { dirname } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";

/**
 * Returns when the socket is ours or root's, and when nothing is there. Root may also use one that its
 * owner's own folder holds, as that of a service.
 * @throws OffhookError `station-refused`
 */
export function refuseForeignSocket(path: string): void {
  const us = Deno.uid();
  const owner = ownerOf(path);
  if (us === null || owner === undefined || owner === us || owner === 0) return;
  if (us === 0 && isOwn(dirname(path), owner)) return;
  throw new OffhookError("station-refused", `the socket ${path} is another user's (${owner})`, {
    hint: "It is not used. Say with --socket where your station is.",
    data: { path, owner },
  });
}

/** Of the file itself, and not of what a link points to; undefined: there is none. */
function ownerOf(path: string): number | undefined {
  try {
    return Deno.lstatSync(path).uid ?? undefined;
  } catch {
    return undefined;
  }
}

function isOwn(folder: string, owner: number): boolean {
  const { uid, mode } = Deno.statSync(folder);
  return uid === owner && ((mode ?? 0) & 0o022) === 0;
}
