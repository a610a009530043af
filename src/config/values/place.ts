/** How the places of a configuration are named, and what is wrong with it as one error. Pure. */
import { OffhookError } from "../../base/mod.ts";
import type { ConfigIssue } from "../mod.ts";

/** Where a value came from when it was not the file: `--transport`, `OFFHOOK_TRANSPORT`. */
export type Origins = ReadonlyMap<string, string>;

/** All issues as one error; `source` is the file's path, or what else was validated. */
export function configError(source: string, issues: ConfigIssue[]): OffhookError {
  const count = issues.length === 1 ? "1 error" : `${issues.length} errors`;
  return new OffhookError("config-invalid", `${count} in ${source}`, {
    hint: "`offhook config schema` and config/offhook.example.toml say what is allowed.",
    data: { issues },
  });
}

/** A dotted path; keys that TOML would quote are quoted. */
export function dotted(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += (text === "" ? "" : ".") + quotedKey(String(part));
  }
  return text === "" ? "(top level)" : text;
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}
