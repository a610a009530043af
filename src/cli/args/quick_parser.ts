/** The whole parser of a small command, made from its fields. Not on the real-time path. */
import { merge } from "@optique/core/constructs";
import { type Command, defineCommand } from "./command.ts";
import { groupOf, parserOf } from "./field_parser.ts";
import type { Fields } from "./fields.ts";
import type { QuickDefinition } from "./quick_command.ts";

export function wholeCommand(definition: QuickDefinition): Command {
  const { fields, groups, ...rest } = definition;
  const grouped = new Set(groups.flatMap(({ keys }) => keys));
  const own = Object.keys(fields).filter((key) => !grouped.has(key));
  const parts = groups.map(({ title, keys }) => groupOf(title, picked(fields, keys)));
  const parser = [parserOf(picked(fields, own)), ...parts]
    .reduce((left, right) => merge(left, right));
  return defineCommand<Record<string, unknown>>({ ...rest, parser });
}

function picked(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, fields[key]!]));
}
