/**
 * What a subcommand is: a parser apart from its run.
 *
 *     args ─► parser ─► values ─► run(values, context) ─► exit status
 *
 * A command's module imports only what its parser needs; what its run needs it imports when it runs.
 * Not on the real-time path.
 */
import { command, type CommandOptions } from "@optique/core/primitives";
import type { Message } from "@optique/core/message";
import { formatMessage, lineBreak, text } from "@optique/core/message";
import { runParser } from "@optique/core/facade";
import { type Parser, suggestSync } from "@optique/core/parser";
import {
  extractArgumentMetavars,
  extractCommandNames,
  extractOptionNames,
  type Usage,
} from "@optique/core/usage";
import { nearest } from "../../config/nearest.ts";
import { type ExitCode, OffhookError } from "../../base/errors.ts";
import { colours, type Io } from "../process/io.ts";
import type { OpenPhone } from "./open_phone.ts";
import { words } from "./values.ts";

/** What a run gets besides its values. */
export interface Context {
  io: Io;
  openPhone: OpenPhone;
}

export interface CommandDefinition<T> {
  name: string;
  /** One line, for the list of commands and on top of the help. */
  brief: string;
  description?: string;
  /** What follows the command's name in the usage line; absent: every flag. */
  synopsis?: string;
  /** Command lines, without the program's name where they begin with it. */
  examples?: readonly string[];
  parser: Parser<"sync", T, unknown>;
  run(values: T, context: Context): Promise<ExitCode>;
}

type AnyParser = Parser<"sync", unknown, unknown>;

/** A command whose type of values is its own business. */
export interface Command {
  readonly name: string;
  readonly brief: string;
  /** For completion: the whole program is one parser. */
  asParser(): AnyParser | Promise<AnyParser>;
  /** Parses and runs. @throws OffhookError `usage` for a wrong command line, else what run throws */
  execute(args: readonly string[], context: Context): Promise<ExitCode>;
}

const HELP_WIDTH = 100;

export function defineCommand<T>(definition: CommandDefinition<T>): Command {
  const { name, brief } = definition;
  return {
    name,
    brief,
    asParser: () => command(name, definition.parser, commandOptions(definition)),
    async execute(args, context) {
      const parsed = parseArgs(definition, args, context.io);
      if ("help" in parsed) {
        await context.io.stdout.styled(parsed.help.replace(/[ \t]+$/gm, ""));
        return 0;
      }
      return await definition.run(parsed.values, context);
    },
  };
}

function commandOptions<T>(definition: CommandDefinition<T>): CommandOptions {
  return { brief: words(definition.brief) };
}

/** @throws OffhookError `usage` */
function parseArgs<T>(
  definition: CommandDefinition<T>,
  args: readonly string[],
  io: Io,
): { values: T } | { help: string } {
  const program = `offhook ${definition.name}`;
  let help = "";
  let shown = false;
  const values = runParser(definition.parser, program, args, {
    brief: words(definition.brief),
    ...(definition.description === undefined ? {} : { description: words(definition.description) }),
    ...(definition.examples === undefined ? {} : { examples: exampleLines(definition.examples) }),
    help: {
      option: { names: ["--help", "-h"] },
      onShow: () => {
        shown = true;
        return undefined as never;
      },
    },
    aboveError: "none",
    maxWidth: Math.min(HELP_WIDTH, Math.max(40, io.stdout.columns)),
    ...(definition.synopsis === undefined ? {} : { usageLine: synopsis(definition.synopsis) }),
    colors: colours(io, io.stdout),
    stdout: (part) => help += `${part}\n`,
    stderr: () => {},
    onError: (_status, error) => {
      throw usageError(definition, error, args);
    },
  });
  return shown ? { help } : { values };
}

/** `offhook dial [OPTIONS] TARGET` instead of every flag once more. */
export function synopsis(text: string): Usage {
  return [{ type: "literal", value: text }];
}

function exampleLines(examples: readonly string[]): Message {
  return examples.flatMap((example, index) => [
    ...(index === 0 ? [] : [lineBreak()]),
    text(commandLine(example)),
  ]);
}

/** An example as it is typed: one that begins with another program names ours where it comes. */
function commandLine(example: string): string {
  return example.includes("| offhook ") ? example : `offhook ${example}`;
}

/** The parser's message as one sentence, what may stand there, and what was probably meant. */
function usageError<T>(
  { name, parser, examples = [] }: CommandDefinition<T>,
  error: Message,
  args: readonly string[],
): OffhookError {
  const full = formatMessage(error, { quotes: true, colors: false });
  const sentence = (full.split(/\n+/)[0] ?? "").trim().replaceAll("`", "");
  const see = `See \`offhook ${name} --help\`.`;
  const unexpected = /^Unexpected option or \w+: (["`])(.*?)\1/.exec(full)?.[2];
  const commands = extractCommandNames(parser.usage);
  const options = extractOptionNames(parser.usage);
  // An option that the command has, where none of its own commands was named.
  const early = unexpected !== undefined && (options as Set<string>).has(unexpected) &&
    commands.size > 0 && !args.some((word) => commands.has(word));
  const lacking = /^(?:No matching|Missing required|Expected an? (\S+), but too few)/.exec(
    sentence,
  );
  if (lacking !== null || early) {
    const where = [name, ...args.filter((word) => commands.has(word)).slice(0, 1)];
    const words = nextWords(parser, args);
    const metavar = lacking?.[1] ?? [...extractArgumentMetavars(parser.usage)][0] ?? "WORD";
    const what = words.length > 0
      ? `one of ${words.join(", ")}`
      : `${/^[AEIOU]/.test(metavar) ? "an" : "a"} ${metavar}`;
    const example = examples[0] === undefined ? "" : `For example: ${commandLine(examples[0])}. `;
    return new OffhookError("usage", `${where.join(" ")} needs ${what}`, { hint: example + see });
  }
  if (unexpected === undefined) {
    return new OffhookError("usage", sentence.replace(/\.$/, ""), {
      hint: see,
    });
  }
  // Without what follows the =: it may be a secret after a mistyped --password-file.
  const word = unexpected.startsWith("-") ? unexpected.split("=")[0]! : unexpected;
  const isOption = word.startsWith("-");
  const near = isOption ? nearestOption(word, options) : nearest(word, commands);
  const words = isOption ? [] : nextWords(parser, args.slice(0, args.indexOf(unexpected)));
  const allowed = words.length === 0 ? "" : `Allowed here: ${words.join(", ")}. `;
  return new OffhookError(
    "usage",
    isOption ? `there is no option ${word}` : `"${word}" is unexpected here`,
    { hint: near === undefined ? allowed + see : `Did you mean ${near}? ${see}` },
  );
}

/** By the names alone: the dashes, which all have, make none of them near. */
function nearestOption(word: string, options: Iterable<string>): string | undefined {
  const typed = word.replace(/^-+/, "");
  if (typed.length < 2) return undefined;
  const names = [...options].filter((option) => option.startsWith("--"));
  const near = nearest(typed, names.map((option) => option.slice(2)));
  return near === undefined ? undefined : `--${near}`;
}

/** The words that may come after `args`, where they are known. */
function nextWords(parser: AnyParser, args: readonly string[]): string[] {
  const [first = "", ...rest] = [...args.filter((word) => !word.startsWith("-")), ""];
  return suggestSync(parser, [first, ...rest]).flatMap((suggestion) =>
    suggestion.kind === "literal" && !suggestion.text.startsWith("-") ? [suggestion.text] : []
  );
}
