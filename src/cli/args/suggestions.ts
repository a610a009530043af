/**
 * What a shell may complete at the end of a command line, made of the command's fields. Pure. Not on the
 * real-time path.
 */
import { type Command, fieldsOf, subcommand } from "./command.ts";
import { type Completes, type Field, type Fields, namesOf } from "./fields.ts";
import { isOption, splitOption } from "./read_args.ts";

export type Suggestion =
  | { kind: "word"; text: string; does: string }
  /** A path comes after `before`, which was typed already. */
  | { kind: "file"; before: string };

/** @param line the words after the command's name; the last one, perhaps empty, is completed */
export function suggestionsFor(command: Command, line: readonly string[]): Suggestion[] {
  const [first, ...rest] = line;
  const sub = first === undefined || rest.length === 0 ? undefined : subcommand(command, first);
  if (sub !== undefined) return suggestionsFor(sub, rest);
  const current = line.at(-1) ?? "";
  const fields = fieldsOf(command);
  const { open, nameless, given } = placeAfter(fields, line.slice(0, -1));
  if (open !== undefined) return valuesOf(open, current, "");
  const [name, value] = splitOption(current);
  const named = isOption(current) ? fieldNamed(fields, name) : undefined;
  if (named !== undefined && value !== undefined) return valuesOf(named, value, `${name}=`);
  if (current.startsWith("-")) return optionsOf(fields, current, given);
  const commands = line.length > 1
    ? []
    : Object.entries(command.commands).map(([word, { brief }]) => wordOf(word, brief))
      .filter(({ text }) => text.startsWith(current));
  return [...commands, ...(nameless === undefined ? [] : valuesOf(nameless, current, ""))];
}

interface PlaceInLine {
  /** The option whose value comes now. */
  open?: Field | undefined;
  /** What comes now without a name. */
  nameless?: Field | undefined;
  /** Fields that have been named. */
  given: ReadonlySet<Field>;
}

function placeAfter(fields: Fields, words: readonly string[]): PlaceInLine {
  const nameless = Object.values(fields).filter((field) => namesOf(field).length === 0);
  const given = new Set<Field>();
  let open: Field | undefined;
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (isOption(word)) {
      const [name, value] = splitOption(word);
      const field = fieldNamed(fields, name);
      if (field === undefined) continue;
      given.add(field);
      if (value === undefined && field.kind !== "flag") open = field;
    } else if (nameless[0]?.kind === "argument") nameless.shift();
  }
  return { open, nameless: nameless[0], given };
}

function fieldNamed(fields: Fields, name: string): Field | undefined {
  return Object.values(fields).find((field) => namesOf(field).includes(name));
}

function optionsOf(fields: Fields, typed: string, given: ReadonlySet<Field>): Suggestion[] {
  return Object.values(fields)
    .filter((field) => field.kind === "repeated" || !given.has(field))
    .flatMap((field) => namesOf(field).map((name) => wordOf(name, field.does)))
    .filter(({ text }) => text.startsWith(typed));
}

function valuesOf(field: Field, typed: string, before: string): Suggestion[] {
  const completes: Completes = "completes" in field ? field.completes ?? [] : [];
  if (completes === "file") return [{ kind: "file", before }];
  const scheme = completes.find((word) => word.endsWith(":") && typed.startsWith(word));
  if (scheme !== undefined) return [{ kind: "file", before: before + scheme }];
  return completes.filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()))
    .map((word) => wordOf(before + word, ""));
}

function wordOf(text: string, does: string) {
  return { kind: "word", text, does } as const;
}
