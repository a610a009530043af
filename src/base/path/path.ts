/**
 * Paths with `/`. As in `node:path`, whose loading costs every command 20 ms: it brings the whole of
 * Node's errors and inspection with it.
 */

export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** `.` where there is nothing else. */
export function join(...parts: string[]): string {
  return normalized(parts.filter((part) => part !== "").join("/"));
}

/** @param from an absolute path; a `path` that is absolute itself is taken instead */
export function resolve(from: string, path = ""): string {
  const whole = normalized(isAbsolute(path) ? path : `${from}/${path}`);
  return whole.length > 1 && whole.endsWith("/") ? whole.slice(0, -1) : whole;
}

/** The folder of a file; `.` when none is named. A slash at the end counts for nothing. */
export function dirname(path: string): string {
  const [, folder] = /^(.*?)\/+[^/]+\/*$/s.exec(path) ?? [];
  if (folder === undefined) return path.startsWith("/") ? "/" : ".";
  return folder === "" ? "/" : folder;
}

/** Without empty parts, `.` and what `..` takes back; a slash at the end stays. */
function normalized(path: string): string {
  const absolute = isAbsolute(path);
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const canGoUp = kept.length > 0 && kept.at(-1) !== "..";
    if (part !== "..") kept.push(part);
    else if (canGoUp) kept.pop();
    else if (!absolute) kept.push(part);
  }
  const text = kept.join("/") + (kept.length > 0 && path.endsWith("/") ? "/" : "");
  if (absolute) return `/${text}`;
  if (text !== "") return text;
  return path.endsWith("/") ? "./" : ".";
}
