/**
 * Flags and arguments of a small command as data, and the quick way through the common command line.
 *
 *     args ─► quickValues(fields) ─► values │ undefined: the whole parser is asked, which also knows
 *                                             help, errors, abbreviations and completion
 *
 * The whole parser is made from the same fields (`quick_parser.ts`), and takes 50 ms to load: more than
 * the request of a command to a running station. Pure. Not on the real-time path.
 */
import type { Reader } from "./readers.ts";

interface Common {
  /** One sentence for the help. */
  does: string;
}

export interface FlagField extends Common {
  kind: "flag";
  /** `-q`, `--quiet`. */
  names: readonly [string, ...string[]];
}

export interface OptionField<T> extends Common {
  kind: "option";
  name: string;
  metavar: string;
  read: Reader<T>;
  /** What a shell completes. */
  completes?: "file" | readonly string[];
}

export interface RepeatedField<T> extends Omit<OptionField<T>, "kind"> {
  kind: "repeated";
}

export interface ArgumentField<T> extends Common {
  kind: "argument";
  metavar: string;
  read: Reader<T>;
  completes?: "file" | readonly string[];
}

export interface WordsField extends Common {
  kind: "words";
  metavar: string;
}

export type Field =
  | FlagField
  | OptionField<unknown>
  | RepeatedField<unknown>
  | ArgumentField<unknown>
  | WordsField;

export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F extends Field> = F extends FlagField ? boolean
  : F extends OptionField<infer T> ? T | undefined
  : F extends RepeatedField<infer T> ? readonly T[]
  : F extends ArgumentField<infer T> ? T
  : readonly string[];

export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

export function flag(names: FlagField["names"], does: string): FlagField {
  return { kind: "flag", names, does };
}

type OptionParts<T> = Omit<OptionField<T>, "kind" | "does" | "name">;

export function option<T>(name: string, parts: OptionParts<T>, does: string): OptionField<T> {
  return { kind: "option", name, does, ...parts };
}

/** An option that may stand several times. */
export function repeated<T>(name: string, parts: OptionParts<T>, does: string): RepeatedField<T> {
  return { kind: "repeated", name, does, ...parts };
}

export function argument<T>(parts: OptionParts<T>, does: string): ArgumentField<T> {
  return { kind: "argument", does, ...parts };
}

/** Every word that is left. */
export function words(metavar: string, does: string): WordsField {
  return { kind: "words", metavar, does };
}

/** The values, when the command line is plain and right; undefined for everything else. */
export function quickValues<F extends Fields>(
  fields: F,
  args: readonly string[],
): ValuesOf<F> | undefined {
  try {
    return read(fields, args) as ValuesOf<F> | undefined;
  } catch {
    // A value that is wrong: the whole parser says so.
    return undefined;
  }
}

function read(fields: Fields, args: readonly string[]): Record<string, unknown> | undefined {
  const values = emptyValues(fields);
  const left = Object.keys(fields).filter((key) =>
    fields[key]!.kind === "argument" || fields[key]!.kind === "words"
  );
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (!word.startsWith("-") || /^-[0-9]/.test(word)) {
      if (!takeWord(fields, values, left, word)) return undefined;
      continue;
    }
    const [name, given] = splitOnce(word);
    const found = Object.entries(fields).find(([, field]) => isNamed(field, name));
    if (found === undefined) return undefined;
    const [key, field] = found;
    if (field.kind === "flag") {
      if (given !== undefined || values[key] === true) return undefined;
      values[key] = true;
    } else if (field.kind === "option" || field.kind === "repeated") {
      const text = given ?? args[++at];
      if (text === undefined || (given === undefined && text.startsWith("-"))) return undefined;
      const value = field.read(text);
      if (field.kind === "repeated") (values[key] as unknown[]).push(value);
      else if (values[key] !== undefined) return undefined;
      else values[key] = value;
    }
  }
  return left.some((key) => fields[key]!.kind === "argument") ? undefined : values;
}

function emptyValues(fields: Fields): Record<string, unknown> {
  const initial = (field: Field) => {
    if (field.kind === "flag") return false;
    return field.kind === "repeated" || field.kind === "words" ? [] : undefined;
  };
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, initial(field)]));
}

/** @param left keys of what may still come without a name, in order; changed */
function takeWord(
  fields: Fields,
  values: Record<string, unknown>,
  left: string[],
  word: string,
): boolean {
  const [key] = left;
  const field = key === undefined ? undefined : fields[key];
  if (field?.kind === "words") (values[key!] as string[]).push(word);
  else if (field?.kind === "argument") {
    values[key!] = field.read(word);
    left.shift();
  } else return false;
  return true;
}

function isNamed(field: Field, name: string): boolean {
  if (field.kind === "flag") return field.names.includes(name);
  return (field.kind === "option" || field.kind === "repeated") && field.name === name;
}

function splitOnce(word: string): [name: string, value: string | undefined] {
  const mark = word.indexOf("=");
  return mark < 0 || !word.startsWith("--")
    ? [word, undefined]
    : [word.slice(0, mark), word.slice(mark + 1)];
}
