/**
 * From the text of a flag or argument to its value, or a sentence on what is wrong with it. No
 * npm package: what every command loads is small. Pure.
 */
import { nearest, OffhookError } from "../../base/mod.ts";

/** @throws OffhookError `usage` */
export type ValueReader<T> = (input: string) => T;

export function bad(message: string, hint?: string): OffhookError {
  return new OffhookError("usage", message, hint === undefined ? {} : { hint });
}

export function readText(input: string): string {
  return input;
}

export function readWholeNumber(minimum: number, maximum: number): ValueReader<number> {
  return (input) => {
    const number = Number(input);
    if (/^[0-9]{1,16}$/.test(input) && number >= minimum && number <= maximum) return number;
    throw bad(`"${input}" is not a whole number from ${minimum} to ${maximum}`);
  };
}

export function readPath(input: string): string {
  if (input === "") throw bad("the path is empty");
  if (input.includes("\0")) throw bad("the path has a zero byte");
  return input;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** What a timer can hold (2³¹ − 1 ms, 24 days). */
const LONGEST_MS = 0x7fffffff;

/** `30`, `30s`, `1.5m`, `250ms`, `2h`, `1m30s` → milliseconds; a bare number is seconds. */
export function durationMs(input: string): number {
  const parts = [...input.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?/g)];
  const matched = parts.map(([part]) => part).join("") === input && parts.length > 0;
  const bare = parts.filter(([, , unit]) => unit === undefined).length;
  if (!matched || bare > 1 || (bare === 1 && parts.length > 1)) {
    throw bad(`"${input}" is not a duration`, "Write 30, 30s, 2m, 1m30s or 250ms.");
  }
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit ?? "s"]!, 0);
  const rounded = Math.round(ms);
  if (rounded >= 1 && rounded <= LONGEST_MS) return rounded;
  throw bad(`"${input}" is not between 1ms and 24 days`);
}

/** One of some words, in any case; the nearest is named when it is none. */
export function readOneOf<const T extends string>(allowed: readonly T[]): ValueReader<T> {
  return (input) => {
    const found = allowed.find((word) => word.toLowerCase() === input.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(input, allowed);
    throw bad(
      `"${input}" is not one of ${allowed.join(", ")}`,
      near === undefined ? undefined : `Did you mean "${near}"?`,
    );
  };
}

/** Whose calls are taken: what no URI can have would wait for ever. */
export function readCallerPattern(input: string): string {
  if (/^[^\s<>"{}\\^`]+$/.test(input) && !/@.*@/.test(input)) return input;
  throw bad(
    `"${input}" can be no caller`,
    "Write a user, user@host or URI; * stands for anything: alice, 'alice@*', sip:alice@example.com.",
  );
}

/** A web page's place, as browsers say it in `Origin` (RFC 6454 §6.2). */
export function readOrigin(input: string): string {
  if (URL.canParse(input) && new URL(input).origin === input) return input;
  throw bad(`"${input}" is no origin of a web page`, "Write SCHEME://HOST or SCHEME://HOST:PORT.");
}
