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
import { bad, durationMs, readPath, readWholeNumber } from "./readers.ts";

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
  return value<number>(metavar, minimum, readWholeNumber(minimum, maximum));
}

export function duration() {
  return value<number>("DURATION", 1000, durationMs);
}

/** A path, completed by the shell. */
export function path(metavar: string, options: { folder?: boolean } = {}) {
  return value<string>(metavar, "", readPath, {
    suggest: (prefix) => [{
      kind: "file",
      type: options.folder === true ? "directory" : "any",
      pattern: prefix,
    }],
  });
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
