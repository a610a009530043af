/**
 * Whether another user of the machine, such as that of a systemd unit, can reach a file.
 */
import { dirname } from "node:path";

/** Homes, which units with ProtectHome= do not see, whatever their mode. */
const HOMES = ["/home/", "/root/", "/run/user/"];

/** @returns the first part of the path that keeps others out; undefined: none */
export function unreadablePart(path: string): string | undefined {
  const home = HOMES.find((each) => path.startsWith(each));
  if (home !== undefined) return home.slice(0, -1);
  for (let part = path, needed = 0o4;; part = dirname(part), needed = 0o1) {
    if (((Deno.statSync(part).mode ?? 0o777) & needed) === 0) return part;
    if (dirname(part) === part) return undefined;
  }
}
