/** Parsers of the library, made from fields. Not on the real-time path. */
import { group, object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import type { Parser, Suggestion } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import type { ArgumentField, Field, Fields, OptionField, ValuesOf } from "./fields.ts";
import { suggestionsOf, value, words } from "./values.ts";

/** Fits `merge` of the library. */
type FieldsParser<F extends Fields> = Parser<"sync", ValuesOf<F>, Record<string, unknown>>;

export function parserOf<F extends Fields>(fields: F): FieldsParser<F> {
  const parsers = Object.entries(fields).map(([key, field]) => [key, parserOfField(field)]);
  return object(Object.fromEntries(parsers)) as unknown as FieldsParser<F>;
}

/** Under a heading of its own in the help. */
export function groupOf<F extends Fields>(title: string, fields: F): FieldsParser<F> {
  return group(title, parserOf(fields));
}

function parserOfField(field: Field): Parser<"sync", unknown, unknown> {
  const help = { description: words(field.does) };
  switch (field.kind) {
    case "flag":
      return option(...field.names as ["--flag"], help);
    case "option":
      return optional(option(field.name as "--name", valueOf(field), help));
    case "repeated":
      return multiple(option(field.name as "--name", valueOf({ ...field, kind: "option" }), help));
    case "argument":
      return argument(valueOf(field), help);
    case "words":
      return multiple(argument(string({ metavar: field.metavar as "WORD" }), help));
  }
}

function valueOf({ metavar, read, completes }: OptionField<unknown> | ArgumentField<unknown>) {
  if (completes === undefined) return value(metavar, "" as unknown, read);
  const suggest = completes === "file" ? suggestFile : suggestionsOf(completes);
  return value(metavar, "" as unknown, read, { suggest });
}

function suggestFile(prefix: string): Suggestion[] {
  return [{ kind: "file", type: "any", pattern: prefix }];
}
