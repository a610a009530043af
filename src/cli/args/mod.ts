/** What a subcommand takes, as data, and the one reader of command lines. */
export {
  type Command,
  type Context,
  defineCommand,
  defineCommands,
  defineSubcommand,
  runCommand,
} from "./command.ts";
export {
  argument,
  defaulted,
  type Fields,
  file,
  flag,
  oneOf,
  option,
  repeated,
  text,
  type ValuesOf,
  words,
} from "./fields.ts";
export { helpPage } from "./help_page.ts";
export { readMoment } from "./moments.ts";
export { jsonFields, outputFields } from "./output_fields.ts";
export { bad, durationMs, readCallerPattern, readOrigin, readWholeNumber } from "./readers.ts";
export type { Suggestion } from "./suggestions.ts";
