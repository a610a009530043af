/** The whole parser of a small command, made from its fields. Not on the real-time path. */
import { group, merge, object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import type { Parser, Suggestion } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { type Command, defineCommand } from "./command.ts";
import { described } from "./options.ts";
import type { ArgumentField, Field, Fields, OptionField } from "./quick_args.ts";
import type { QuickDefinition } from "./quick_command.ts";
import { value } from "./values.ts";

export function wholeCommand(definition: QuickDefinition): Command {
  const { fields, groups, ...rest } = definition;
  const grouped = new Set(groups.flatMap(({ keys }) => keys));
  const own = Object.fromEntries(Object.entries(fields).filter(([key]) => !grouped.has(key)));
  const parts = groups.map(({ title, keys }) =>
    group(title, objectOf(Object.fromEntries(keys.map((key) => [key, fields[key]!]))))
  );
  const parser = [objectOf(own), ...parts].reduce((left, right) => merge(left, right));
  return defineCommand<Record<string, unknown>>({ ...rest, parser });
}

type ObjectParser = Parser<"sync", Record<string, unknown>, Record<string, unknown>>;

function objectOf(fields: Fields): ObjectParser {
  const parsers = Object.entries(fields).map(([key, field]) => [key, parserOf(field)]);
  return object(Object.fromEntries(parsers)) as unknown as ObjectParser;
}

function parserOf(field: Field): Parser<"sync", unknown, unknown> {
  const help = described(field.does);
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
  const suggest = (prefix: string): Suggestion[] =>
    completes === "file"
      ? [{ kind: "file", type: "any", pattern: prefix }]
      : completes.filter((word) => word.startsWith(prefix))
        .map((word) => ({ kind: "literal", text: word }));
  return value(metavar, "" as unknown, read, { suggest });
}
