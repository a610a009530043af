/**
 * What a subcommand is: what it takes, as data, apart from its run.
 *
 *     args ─► its command, where it has some ─► readArgs(fields) ─► run(values, context) ─► exit status
 *
 * A command's module imports only what its fields need; what its run needs it imports when it runs. Not
 * on the real-time path.
 */
import { type ExitCode, lazily } from "../../base/mod.ts";
import { colours, type Io, type PhoneOpener } from "../process/mod.ts";
import { type Fields, namesOf, type ValuesOf } from "./fields.ts";
import { asksForHelp, isOption, readArgs, splitOption } from "./read_args.ts";
import { missingWord, unexpectedWord, unknownOption, type UsagePlace } from "./usage_errors.ts";

/** What a run gets besides its values. */
export interface Context {
  io: Io;
  openPhone: PhoneOpener;
}

interface Texts {
  description?: string;
  /** What follows the name in the usage line; by default made of the fields. */
  synopsis?: string;
  /** Command lines, without the program's name where they begin with it. */
  examples?: readonly string[];
}

/** Commands of a command, by name: `init`, `check`. */
export type Subcommands = Readonly<Record<string, Command & { brief: string }>>;

export interface Command extends Texts {
  /** One line for the list; that of a command stands in `commands.ts`. */
  brief?: string;
  /** What it takes, by the heading in the help; "" stands for none. */
  groups: Readonly<Record<string, Fields>>;
  commands: Subcommands;
  /** What follows the first argument is a command line of its own: none of it is an option of ours. */
  verbatim?: boolean;
  run?(values: Record<string, unknown>, context: Context): Promise<ExitCode>;
}

/** A command as a person sees it: `config show`, and what it does. */
export interface NamedCommand {
  name: string;
  brief: string;
  command: Command;
}

interface Definition<F extends Fields> extends Texts {
  /** What only this command takes. */
  fields?: Fields;
  /** What it has in common with others, by heading. */
  shared?: Readonly<Record<string, Fields>>;
  commands?: Subcommands;
  verbatim?: boolean;
  run(values: ValuesOf<F>, context: Context): Promise<ExitCode>;
}

/** @typeParam F every field of the command, the shared ones included */
export function defineCommand<F extends Fields>(
  { fields = {}, shared = {}, run, commands = {}, ...texts }: Definition<F>,
): Command {
  return {
    ...texts,
    groups: { "": fields, ...shared },
    commands,
    run: (values, context) => run(values as ValuesOf<F>, context),
  };
}

export function defineSubcommand<F extends Fields>(
  brief: string,
  definition: Definition<F>,
): Command & { brief: string } {
  return { ...defineCommand<F>(definition), brief };
}

/** A command that does nothing but by one of its own. */
export function defineCommands(texts: Texts, commands: Subcommands): Command {
  return { ...texts, groups: {}, commands };
}

export function fieldsOf({ groups }: Command): Fields {
  return Object.assign({}, ...Object.values(groups));
}

/** Reads the arguments and runs. @throws OffhookError `usage`, else what the run throws */
export async function runCommand(
  { name, brief, command }: NamedCommand,
  args: readonly string[],
  context: Context,
): Promise<ExitCode> {
  const [first, ...rest] = args;
  const sub = first === undefined ? undefined : subcommand(command, first);
  if (sub !== undefined) {
    const examples = command.examples?.filter((each) => each.includes(`${name} ${first}`)) ?? [];
    const named = { name: `${name} ${first}`, brief: sub.brief, command: { examples, ...sub } };
    return await runCommand(named, rest, context);
  }
  const { verbatim = false } = command;
  if (asksForHelp(verbatim ? args.slice(0, 2) : args)) {
    return await showHelp({ name, brief, command }, context);
  }
  const place = { name, examples: command.examples ?? [] };
  if (command.run === undefined) throw noSubcommand(place, command.commands, first);
  if (first !== undefined && !isOption(first) && Object.keys(command.commands).length > 0) {
    throw unexpectedWord(place, first, Object.keys(command.commands));
  }
  const line = verbatim && first !== undefined ? [first, "--", ...rest] : args;
  return await command.run(readArgs(fieldsOf(command), line, place), context);
}

export function subcommand({ commands }: Command, word: string) {
  return Object.hasOwn(commands, word) ? commands[word] : undefined;
}

async function showHelp(named: NamedCommand, { io }: Context): Promise<ExitCode> {
  const { helpPage } = await lazily<typeof import("./help_page.ts")>(
    import.meta.url,
    "./help_page.ts",
  );
  const { stdout } = io;
  await stdout.styled(helpPage(named, { columns: stdout.columns, coloured: colours(io, stdout) }));
  return 0;
}

function noSubcommand(place: UsagePlace, commands: Subcommands, word: string | undefined) {
  const names = Object.keys(commands);
  if (word === undefined) return missingWord(place, names);
  if (!isOption(word)) return unexpectedWord(place, word, names);
  const [option] = splitOption(word);
  const fields: Fields = Object.assign({}, ...Object.values(commands).map(fieldsOf));
  const known = Object.values(fields).some((field) => namesOf(field).includes(option));
  return known ? missingWord(place, names, option) : unknownOption(place, option, fields);
}
