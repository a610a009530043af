/**
 * What is wrong with a configuration: every error with its place, its value and what is allowed.
 * zod's issues become {@link ConfigIssue}s here. Pure.
 */
import type { z } from "zod";
import { nearest } from "../../base/mod.ts";
import type { ConfigIssue } from "../mod.ts";
import { SECRET_NAMES } from "../mod.ts";
import { OVERRIDES } from "../sources/mod.ts";
import { dotted, type Origins } from "../values/mod.ts";
import { configJsonSchema } from "./schema.ts";

const SECRET_KEYS = new Set([...SECRET_NAMES, "auth_password"]);
const SECRET_HINT = "passwords do not stand in the configuration; use password_file, " +
  "password_env, password_command or `offhook credential set ACCOUNT`";

/** @param input the value that was validated */
export function issuesOf(error: z.ZodError, input: unknown, origins: Origins): ConfigIssue[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(issue.path, key));
    }
    const value = valueAt(input, issue.path);
    const place = dotted(issue.path);
    return [{
      path: origins.get(place) ?? origins.get(place.replace(/\[\d+\]$/, "")) ?? flagOf(place) ??
        place,
      ...valueShown(value, place),
      ...explained(issue, value),
    }];
  });
}

/** The flag for a key of the account that flags made; undefined for keys of the file. */
function flagOf(place: string): string | undefined {
  const key = /^accounts\.command-line\.(.+)$/.exec(place)?.[1];
  return Object.values(OVERRIDES).find(({ path }) => dotted(path) === key)?.flag;
}

function explained(
  issue: z.core.$ZodIssue,
  value: unknown,
): Pick<ConfigIssue, "message" | "nearest"> {
  switch (issue.code) {
    case "invalid_value": {
      const allowed = issue.values.map(String);
      const near = typeof value === "string" ? nearest(value, allowed) : undefined;
      return {
        message: `allowed ${allowed.length === 1 ? "is" : "are"} ${allowed.join(", ")}`,
        ...(near === undefined ? {} : { nearest: near }),
      };
    }
    case "invalid_type":
      return {
        message: value === undefined
          ? `is missing (${TYPES[issue.expected] ?? issue.expected})`
          : `allowed is ${TYPES[issue.expected] ?? issue.expected}`,
      };
    case "too_small":
      return { message: bound(issue.origin, "at least", Number(issue.minimum)) };
    case "too_big":
      return { message: bound(issue.origin, "at most", Number(issue.maximum)) };
    case "invalid_key":
      return { message: issue.issues[0]?.message ?? issue.message };
    default:
      return { message: issue.message };
  }
}

const TYPES: Record<string, string> = {
  string: "a text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list [...]",
  object: "a table",
  record: "a table",
};

function bound(origin: string, words: string, limit: number): string {
  if (origin === "string") {
    return limit === 1 ? "must not be empty" : `${words} ${limit} characters`;
  }
  if (origin === "array") return `${words} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `allowed is ${words} ${limit}`;
}

function unknownKey(path: readonly PropertyKey[], key: string): ConfigIssue {
  const place = dotted([...path, key]);
  if (SECRET_KEYS.has(key)) return { path: place, message: SECRET_HINT };
  const near = nearest(key, knownKeys(path));
  return { path: place, message: "unknown key", ...(near === undefined ? {} : { nearest: near }) };
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: SchemaNode | undefined = configJsonSchema() as SchemaNode;
  for (const part of path) {
    const open: SchemaNode | boolean | undefined = node?.additionalProperties;
    if (typeof part === "number") node = node?.items;
    else node = node?.properties?.[String(part)] ?? (typeof open === "object" ? open : undefined);
  }
  return Object.keys(node?.properties ?? {});
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
