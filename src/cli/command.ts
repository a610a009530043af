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
import type { Parser } from "@optique/core/parser";
import { extractCommandNames, extractOptionNames, type Usage } from "@optique/core/usage";
import { nearest } from "../config/nearest.ts";
import { type ExitCode, OffhookError } from "../core/errors.ts";
import { colours, type Io } from "./io.ts";
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
  /** Command lines, without the program's name. */
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
        await context.io.stdout.write(parsed.help.replace(/[ \t]+$/gm, ""));
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
export function parseArgs<T>(
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
      throw usageError(definition, error);
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
    text(`offhook ${example}`),
  ]);
}

/** The parser's message as one sentence, and what was probably meant. */
function usageError<T>({ name, parser }: CommandDefinition<T>, error: Message): OffhookError {
  const full = formatMessage(error, { quotes: true, colors: false });
  const [sentence = ""] = full.split(/\n+/);
  const see = `See \`offhook ${name} --help\`.`;
  const unexpected = /^Unexpected option or \w+: (["`])(.*?)\1/.exec(sentence)?.[2];
  if (unexpected === undefined) {
    return new OffhookError("usage", sentence.trim().replace(/\.$/, "").replaceAll("`", ""), {
      hint: see,
    });
  }
  // Without what follows the =: it may be a secret after a mistyped --password-file.
  const word = unexpected.startsWith("-") ? unexpected.split("=")[0]! : unexpected;
  const near = nearest(word, [
    ...extractOptionNames(parser.usage),
    ...extractCommandNames(parser.usage),
  ]);
  const what = word.startsWith("-") ? `there is no option ${word}` : `"${word}" is unexpected here`;
  return new OffhookError("usage", what, {
    hint: near === undefined ? see : `Did you mean ${near}? ${see}`,
  });
}
