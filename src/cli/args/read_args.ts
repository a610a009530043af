/**
 * The one reader of command lines.
 *
 *     args ─► readArgs(fields) ─► values, or the error that says what is wrong
 *
 * `--name value` and `--name=value` are the same, `-ab` is `-a -b`, after `--` everything is an argument,
 * and so are `-` and a negative number. Pure.
 */
import {
  type ArgumentField,
  type Field,
  type Fields,
  namesOf,
  type OptionField,
} from "./fields.ts";
import * as errors from "./usage_errors.ts";

type Values = Record<string, unknown>;

/** @throws OffhookError `usage` */
export function readArgs(
  fields: Fields,
  args: readonly string[],
  place: errors.UsagePlace,
): Values {
  return new Reading(fields, place).read(args);
}

/** Whether help is asked for, which nothing wrong in the rest of the line keeps away. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

/** Neither `-`, which names a stream, nor `-6`. */
export function isOption(word: string): boolean {
  return /^-(?!\.?[0-9])./.test(word);
}

/** `--name=value` in two. */
export function splitOption(word: string): [name: string, value: string | undefined] {
  const mark = word.indexOf("=");
  return mark < 0 ? [word, undefined] : [word.slice(0, mark), word.slice(mark + 1)];
}

class Reading {
  readonly #values: Values;
  /** Keys by the names of the options. */
  readonly #keys: ReadonlyMap<string, string>;
  /** Keys of what comes without a name, in order; the first is the next. */
  readonly #nameless: string[];

  constructor(readonly fields: Fields, readonly place: errors.UsagePlace) {
    const entries = Object.entries(fields);
    this.#values = Object.fromEntries(entries.map(([key, field]) => [key, initial(field)]));
    this.#keys = new Map(
      entries.flatMap(([key, field]) => namesOf(field).map((name) => [name, key])),
    );
    this.#nameless = entries.flatMap(([key, field]) => namesOf(field).length === 0 ? [key] : []);
  }

  read(args: readonly string[]): Values {
    const end = args.indexOf("--");
    const line = (end < 0 ? [...args] : args.slice(0, end)).flatMap((word) => this.#apart(word));
    for (let word = line.shift(); word !== undefined; word = line.shift()) {
      if (isOption(word)) this.#takeOption(word, line);
      else this.#takeWord(word);
    }
    if (end >= 0) { for (const word of args.slice(end + 1)) this.#takeWord(word); }
    for (const key of this.#nameless) {
      const field = this.fields[key]!;
      if (field.kind === "argument") throw errors.missingArgument(this.place, field);
    }
    for (const [key, field] of Object.entries(this.fields)) {
      if (field.kind === "option" && "fallback" in field) this.#values[key] ??= field.fallback;
    }
    return this.#values;
  }

  /** `-qv` as `-q -v`, where both are flags. */
  #apart(word: string): string[] {
    const letters = /^-[A-Za-z]{2,}$/.test(word)
      ? [...word.slice(1)].map((each) => `-${each}`)
      : [];
    return letters.length > 0 && letters.every((each) => this.#keys.has(each)) ? letters : [word];
  }

  /** @param rest the words that follow; its first is taken when it is the option's value */
  #takeOption(word: string, rest: string[]): void {
    const [name, given] = splitOption(word);
    const key = this.#keys.get(name);
    const field = key === undefined ? undefined : this.fields[key]!;
    if (field?.kind === "flag") {
      if (given !== undefined) throw errors.needlessValue(this.place, name);
      this.#set(key!, name, true);
    } else if (field?.kind === "option" || field?.kind === "repeated") {
      const value = this.#valueOf(field, given ?? this.#following(field, rest), name);
      if (field.kind === "repeated") (this.#values[key!] as unknown[]).push(value);
      else this.#set(key!, name, value);
    } else throw errors.unknownOption(this.place, name, this.fields);
  }

  /** An option of ours is not meant as the value of the one before. */
  #following({ name, metavar }: Pick<OptionField<unknown>, "name" | "metavar">, rest: string[]) {
    const [next] = rest;
    if (next === undefined || this.#keys.has(splitOption(next)[0])) {
      throw errors.missingValue(this.place, name, metavar);
    }
    return rest.shift()!;
  }

  #takeWord(word: string): void {
    const [key] = this.#nameless;
    const field = key === undefined ? undefined : this.fields[key];
    if (field?.kind === "words") (this.#values[key!] as string[]).push(word);
    else if (field?.kind === "argument") {
      this.#values[key!] = this.#valueOf(field, word, field.metavar);
      this.#nameless.shift();
    } else throw errors.unexpectedWord(this.place, word, []);
  }

  #valueOf({ read }: Pick<ArgumentField<unknown>, "read">, text: string, named: string): unknown {
    try {
      return read(text);
    } catch (error) {
      throw errors.wrongValue(this.place, named, error);
    }
  }

  #set(key: string, name: string, value: unknown): void {
    const before = this.#values[key];
    if (before !== undefined && before !== false) throw errors.repeatedOption(this.place, name);
    this.#values[key] = value;
  }
}

function initial({ kind }: Field): unknown {
  if (kind === "flag") return false;
  return kind === "repeated" || kind === "words" ? [] : undefined;
}
