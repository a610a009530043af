/**
 * What is wrong with a configuration: every error with its place, its value and what is allowed.
 * The schema's issues become {@link ConfigIssue}s here. Pure.
 */
import { OffhookError } from "../../base/mod.ts";
import type { ConfigIssue } from "../mod.ts";
import { SECRET_NAMES } from "../mod.ts";
import { OVERRIDES } from "../sources/mod.ts";
import type { Issue } from "./shape.ts";

/** Where a value came from when it was not the file: `--transport`, `OFFHOOK_TRANSPORT`. */
export type Origins = ReadonlyMap<string, string>;

const SECRET_KEYS = new Set([...SECRET_NAMES, "auth_password"]);
const SECRET_HINT = "passwords do not stand in the configuration; use password_file, " +
  "password_env, password_command or `offhook credential set ACCOUNT`";

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

/** @param input the value that was validated */
export function issuesOf(
  issues: readonly Issue[],
  input: unknown,
  origins: Origins,
): ConfigIssue[] {
  return issues.map(({ path, message, nearest, unknownKey }) => {
    const place = dotted(path);
    const near = nearest === undefined ? {} : { nearest };
    if (unknownKey) {
      const isSecret = SECRET_KEYS.has(String(path.at(-1)));
      return { path: place, ...(isSecret ? { message: SECRET_HINT } : { message, ...near }) };
    }
    return {
      path: origins.get(place) ?? origins.get(place.replace(/\[\d+\]$/, "")) ?? flagOf(place) ??
        place,
      ...valueShown(valueAt(input, path), place),
      message,
      ...near,
    };
  });
}

/** The flag for a key of the account that flags made; undefined for keys of the file. */
function flagOf(place: string): string | undefined {
  const key = /^accounts\.command-line\.(.+)$/.exec(place)?.[1];
  return Object.values(OVERRIDES).find(({ path }) => dotted(path) === key)?.flag;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Keys whose values may be a secret, or lead to one. */
const SECRET_PLACE = /passw|passphrase|secret|token|credential|\bpin\b/i;
const HIDDEN = "(not shown)";

/**
 * The value as it would be written, shortened; not what may be a password: under such a key, behind
 * the colon of `user:password@host`, or of a user name that has one.
 */
function valueShown(value: unknown, place: string): Pick<ConfigIssue, "value"> {
  if (value === undefined || SECRET_PLACE.test(place)) return {};
  const isUser = /(?:^|[._])user$/.test(place);
  const written = isUser ? withoutSecrets("", `${value}@`).slice(0, -1) : value;
  const text = JSON.stringify(written, withoutSecrets) ?? String(written);
  return { value: text.length > 60 ? `${text.slice(0, 57)}...` : text };
}

function withoutSecrets<T>(key: string, value: T): T | string {
  if (SECRET_PLACE.test(key)) return HIDDEN;
  if (typeof value !== "string") return value;
  return value.replace(/^((?:[a-z]+:(?:\/\/)?)?[^:@/]+):.*@/is, `$1:${HIDDEN}@`);
}
