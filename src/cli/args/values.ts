/**
 * Value parsers of flags and arguments: text in, typed value or a sentence out, and what a shell may
 * complete. Pure. Not on the real-time path.
 */
import { type Message, text } from "@optique/core/message";
import type { Suggestion } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import { OffhookError } from "../../base/errors.ts";
import { MICROPHONE_WORDS, readMicrophone, readSpeaker, SPEAKER_WORDS } from "./phone_readers.ts";
import { durationMs, readOneOf, readPath, readWholeNumber } from "./readers.ts";

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

/** What a shell may complete: one of the words; after one that ends with a colon, a path. */
export function suggestionsOf(words: readonly string[]): (prefix: string) => Suggestion[] {
  return (prefix) => {
    const scheme = words.find((word) => word.endsWith(":") && prefix.startsWith(word));
    if (scheme !== undefined) {
      return [{ kind: "file", type: "file", pattern: prefix, prefix: scheme }];
    }
    const typed = prefix.toLowerCase();
    return words.filter((word) => word.toLowerCase().startsWith(typed))
      .map((word) => ({ kind: "literal", text: word }));
  };
}

/** One of some words, in any case; the nearest is named when it is none. */
export function oneOf<const T extends string>(metavar: string, allowed: readonly T[]) {
  return value<T>(metavar, allowed[0]!, readOneOf(allowed), { suggest: suggestionsOf(allowed) });
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

export function microphone() {
  const suggest = suggestionsOf(MICROPHONE_WORDS);
  return value<string>("SOURCE", "device", readMicrophone, { suggest });
}

export function speaker() {
  return value<string>("SINK", "device", readSpeaker, { suggest: suggestionsOf(SPEAKER_WORDS) });
}
