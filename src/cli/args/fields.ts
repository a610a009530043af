/**
 * Flags and arguments of a command as data. All that is known of a command line is made of it: what is
 * read (`read_args.ts`), the help (`help_page.ts`), what a shell completes (`suggestions.ts`). Pure. Not
 * on the real-time path.
 */
import { readOneOf, readPath, readText, type ValueReader } from "./readers.ts";

interface Common {
  /** One sentence for the help. */
  does: string;
}

/** Paths, or one of some words; after one that ends with a colon, a path. */
export type Completes = "file" | readonly string[];

export interface FlagField extends Common {
  kind: "flag";
  /** `-q`, `--quiet`. */
  names: readonly [string, ...string[]];
}

export interface OptionField<T> extends Common {
  kind: "option";
  name: string;
  metavar: string;
  read: ValueReader<T>;
  /** What a shell completes. */
  completes?: Completes;
}

/** An option that has a value also when it is not given. */
export interface DefaultedField<T> extends OptionField<T> {
  fallback: T;
}

export interface RepeatedField<T> extends Omit<OptionField<T>, "kind"> {
  kind: "repeated";
}

export interface ArgumentField<T> extends Common {
  kind: "argument";
  metavar: string;
  read: ValueReader<T>;
  completes?: Completes;
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
  : F extends DefaultedField<infer T> ? T
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

export function defaulted<T>(
  name: string,
  parts: OptionParts<T> & { fallback: T },
  does: string,
): DefaultedField<T> {
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

/** One of some words, which a shell completes. */
export function oneOf<const T extends string>(metavar: string, allowed: readonly T[]) {
  return { metavar, read: readOneOf(allowed), completes: allowed };
}

/** A file of any kind, which a shell completes. */
export function file(metavar: string) {
  return { metavar, read: readPath, completes: "file" } as const;
}

export function text(metavar: string) {
  return { metavar, read: readText };
}

/** `-q`, `--quiet`, `--limit`; nothing for what has no name. */
export function namesOf(field: Field): readonly string[] {
  if (field.kind === "flag") return field.names;
  return field.kind === "option" || field.kind === "repeated" ? [field.name] : [];
}
