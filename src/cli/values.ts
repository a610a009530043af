/**
 * Value parsers of flags and arguments: text in, typed value or a sentence out, and what a shell may
 * complete. Pure. Not on the real-time path.
 */
import { type Message, text } from "@optique/core/message";
import type { Suggestion } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import {
  MICROPHONE_KINDS,
  parseMicrophone,
  parseSpeaker,
  SPEAKER_KINDS,
} from "../config/endpoints.ts";
import { nearest } from "../config/nearest.ts";
import { formatHostPort, parseHostPort } from "../core/address.ts";
import type { ExtraHeader } from "../core/account.ts";
import { OffhookError } from "../core/errors.ts";

/** A sentence as optique takes it. */
export function words(sentence: string): Message {
  return [text(sentence)];
}

interface ValueOptions {
  suggest?: (prefix: string) => Iterable<Suggestion>;
}

/** A value parser from a function that throws an OffhookError with the sentence to say. */
export function value<T>(
  metavar: string,
  placeholder: T,
  parse: (text: string) => T,
  { suggest }: ValueOptions = {},
): ValueParser<"sync", T> {
  return {
    mode: "sync",
    metavar: metavar as never,
    placeholder,
    parse(input) {
      try {
        return { success: true, value: parse(input) };
      } catch (error) {
        const { message, hint } = OffhookError.from(error);
        return {
          success: false,
          error: words(hint === undefined ? message : `${message}. ${hint}`),
        };
      }
    },
    format: (result) => String(result),
    ...(suggest === undefined ? {} : { suggest }),
  };
}

function bad(message: string, hint?: string): OffhookError {
  return new OffhookError("usage", message, hint === undefined ? {} : { hint });
}

function literals(candidates: readonly string[], prefix: string): Suggestion[] {
  return candidates.filter((candidate) => candidate.startsWith(prefix))
    .map((candidate) => ({ kind: "literal", text: candidate }));
}

/** One of some words, in any case; the nearest is named when it is none. */
export function oneOf<const T extends string>(metavar: string, allowed: readonly T[]) {
  return value<T>(metavar, allowed[0]!, (input) => {
    const found = allowed.find((word) => word.toLowerCase() === input.toLowerCase());
    if (found !== undefined) return found;
    const near = nearest(input, allowed);
    throw bad(
      `"${input}" is not one of ${allowed.join(", ")}`,
      near === undefined ? undefined : `Did you mean "${near}"?`,
    );
  }, { suggest: (prefix) => literals(allowed, prefix) });
}

export function wholeNumber(metavar: string, minimum: number, maximum: number) {
  return value<number>(metavar, minimum, (input) => {
    const number = Number(input);
    if (/^[0-9]{1,9}$/.test(input) && number >= minimum && number <= maximum) return number;
    throw bad(`"${input}" is not a whole number from ${minimum} to ${maximum}`);
  });
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

export function duration() {
  return value<number>("DURATION", 1000, durationMs);
}

/** A path, completed by the shell. */
export function path(metavar: string, options: { folder?: boolean } = {}) {
  return value<string>(metavar, "", (input) => {
    if (input === "") throw bad("the path is empty");
    if (input.includes("\0")) throw bad("the path has a zero byte");
    return input;
  }, {
    suggest: (prefix) => [{
      kind: "file",
      type: options.folder === true ? "directory" : "any",
      pattern: prefix,
    }],
  });
}

/** DTMF digits with pauses: `w` one second, `,` two. */
export function dtmfDigits(input: string): string {
  const digits = input.toUpperCase().replaceAll("W", "w").replaceAll(/[\s-]/g, "");
  if (digits === "") throw bad("the digits are empty");
  const wrong = [...digits].find((digit) => !/[0-9A-D*#w,]/.test(digit));
  if (wrong === undefined) return digits;
  throw bad(
    `"${wrong}" in "${input}" is no DTMF digit`,
    "Allowed are 0-9 * # A-D, w (1 s) and , (2 s).",
  );
}

/** `ADDRESS:PORT`; port 0 takes any free one. */
export function listenAddress(input: string): string {
  const parsed = parseHostPort(input, true);
  if (parsed?.port !== undefined) return formatHostPort(parsed);
  throw bad(`"${input}" is not ADDRESS:PORT`, "For example 127.0.0.1:5070 or [::]:5060.");
}

/** RFC 3261 §25.1 `token`. */
const HEADER_NAME = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** `Name: value` */
export function header(input: string): ExtraHeader {
  const colon = input.indexOf(":");
  const name = input.slice(0, colon).trim();
  const content = input.slice(colon + 1).trim();
  if (colon < 0) throw bad(`"${input}" is not NAME:VALUE`, `For example "X-Queue: sales".`);
  if (!HEADER_NAME.test(name)) throw bad(`"${name}" is not the name of a header`);
  if (CONTROL.test(content)) throw bad(`the value of the header ${name} has control characters`);
  return { name, value: content };
}

/** Suggestions of an endpoint: kinds, then the shell's own files. */
function* suggestEndpoint(kinds: readonly string[], prefix: string): Iterable<Suggestion> {
  if (prefix.startsWith("file:")) {
    yield { kind: "file", type: "file", pattern: prefix, prefix: "file:" };
    return;
  }
  yield* literals(kinds.map((kind) => kind === "file" ? "file:" : kind), prefix);
}

const NO_DEFAULTS = { rate: 16000, loop: false };

/** Checked here, resolved when the defaults are known. */
export function microphone() {
  return value<string>("SOURCE", "device", (input) => {
    parseMicrophone(input, NO_DEFAULTS);
    return input;
  }, { suggest: (prefix) => suggestEndpoint(MICROPHONE_KINDS, prefix) });
}

export function speaker() {
  return value<string>("SINK", "device", (input) => {
    parseSpeaker(input, NO_DEFAULTS);
    return input;
  }, { suggest: (prefix) => suggestEndpoint(SPEAKER_KINDS, prefix) });
}
