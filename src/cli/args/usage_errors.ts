/**
 * What is wrong with a command line, in one sentence, and what to do instead. Pure. Not on the real-time
 * path.
 */
import { nearest, OffhookError } from "../../base/mod.ts";
import { type ArgumentField, type Fields, namesOf } from "./fields.ts";
import { bad } from "./readers.ts";

/** The command whose arguments are read. */
export interface UsagePlace {
  /** `dial`, `config show` */
  name: string;
  examples: readonly string[];
}

function usage({ name }: UsagePlace, message: string, hint = ""): OffhookError {
  return bad(message, `${hint}${hint === "" ? "" : " "}See \`offhook ${name} --help\`.`);
}

/** @param word without what follows its `=`: that may be a secret after a mistyped name */
export function unknownOption(place: UsagePlace, word: string, fields: Fields): OffhookError {
  const near = nearestOption(word, Object.values(fields).flatMap(namesOf));
  const hint = near === undefined ? "" : `Did you mean ${near}?`;
  return usage(place, `there is no option ${word}`, hint);
}

/** By the names alone: the dashes, which all have, make none of them near. */
function nearestOption(word: string, options: readonly string[]): string | undefined {
  const typed = word.replace(/^-+/, "");
  if (typed.length < 2) return undefined;
  const names = options.filter((option) => option.startsWith("--"));
  const near = nearest(typed, names.map((option) => option.slice(2)));
  return near === undefined ? undefined : `--${near}`;
}

/** @param allowed the commands that may stand there */
export function unexpectedWord(
  place: UsagePlace,
  word: string,
  allowed: readonly string[],
): OffhookError {
  const near = nearest(word, allowed);
  const words = allowed.length === 0 ? "" : `Allowed here: ${allowed.join(", ")}.`;
  const hint = near === undefined ? words : `Did you mean ${near}?`;
  return usage(place, `"${word}" is unexpected here`, hint);
}

/** @param before the option that stands where the word is missing */
export function missingWord(
  place: UsagePlace,
  allowed: readonly string[],
  before?: string,
): OffhookError {
  const where = before === undefined ? "" : ` before ${before}`;
  return missing(place, `one of ${allowed.join(", ")}${where}`);
}

export function missingArgument(
  place: UsagePlace,
  { metavar, completes }: ArgumentField<unknown>,
): OffhookError {
  if (Array.isArray(completes)) return missingWord(place, completes);
  return missing(place, `${/^[AEIOU]/.test(metavar) ? "an" : "a"} ${metavar}`);
}

function missing(place: UsagePlace, what: string): OffhookError {
  const [example] = place.examples;
  const hint = example === undefined ? "" : `For example: ${commandLine(example)}.`;
  return usage(place, `${place.name} needs ${what}`, hint);
}

export function missingValue(place: UsagePlace, option: string, metavar: string): OffhookError {
  return usage(place, `${option} requires ${metavar}`);
}

export function needlessValue(place: UsagePlace, flag: string): OffhookError {
  return usage(place, `${flag} takes no value`);
}

export function repeatedOption(place: UsagePlace, option: string): OffhookError {
  return usage(place, `${option} cannot be used multiple times`);
}

/** @param named the option or the argument whose value it is */
export function wrongValue(place: UsagePlace, named: string, thrown: unknown): OffhookError {
  const { message, hint } = OffhookError.from(thrown);
  const allowed = hint === undefined ? "" : `. ${hint.replace(/\.$/, "")}`;
  return usage(place, `${named}: ${message}${allowed}`);
}

/** An example as it is typed: one that begins with another program names ours where it comes. */
export function commandLine(example: string): string {
  return example.includes("| offhook ") ? example : `offhook ${example}`;
}
