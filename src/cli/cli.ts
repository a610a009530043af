/**
 * From arguments to an exit status.
 *
 *     argv[0] ─► table of commands ─► its module (loaded now) ─► parse ─► run ─► status
 *
 * `version`, `--help` and a mistyped command load nothing but the table of commands.
 */
import { SECRET_NAMES } from "../config/mod.ts";
import { type ExitCode, fileReason, lazily, nearest, OffhookError } from "../base/mod.ts";
import { COMMANDS, loadCommand } from "./commands.ts";
import { helpText } from "./help.ts";
import {
  errorOf,
  type Io,
  openStationPhone,
  type PhoneOpener,
  reportError,
  VERSION,
} from "./process/mod.ts";

export interface CliOptions {
  io: Io;
  /** Tests pass a phone of their own. */
  openPhone?: PhoneOpener;
}

/** Runs one command line. Never throws. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<ExitCode> {
  const { io } = options;
  try {
    refuseSecrets(args);
    const status = await dispatch(args, options);
    if (status === 0) refuseLostOutput(io);
    return status;
  } catch (thrown) {
    const error = errorOf(thrown);
    await reportError(error, io, args.includes("--json"));
    return error.exitCode;
  }
}

/** Who reads the status must not take half a file for a whole one. */
function refuseLostOutput({ stdout: { failure } }: Io): void {
  if (failure === undefined) return;
  throw new OffhookError(
    "file-unusable",
    `cannot write to standard output: ${fileReason(failure)}`,
    { hint: "What was written before is not complete.", cause: failure },
  );
}

const HELP = ["help", "--help", "-h"];

async function dispatch(args: readonly string[], options: CliOptions): Promise<ExitCode> {
  const { io, openPhone } = options;
  const [first, ...rest] = args;
  if (first === undefined) {
    if (io.stdinIsTty && io.stdout.isTty) return await dispatch(["tui"], options);
    await io.stderr.write(helpText());
    return 2;
  }
  if (HELP.includes(first)) {
    const topic = rest.filter((word) => !HELP.includes(word));
    if (topic.length > 0) return await dispatch([...topic, "--help"], { io });
    await io.stdout.write(helpText());
    return 0;
  }
  if (first === "--version" || first === "-V") return await dispatch(["version", ...rest], { io });
  if (first === "version" && rest.length === 0) {
    await io.stdout.write(`offhook ${VERSION}\n`);
    return 0;
  }
  const entry = COMMANDS.find(({ name }) => name === first);
  if (entry === undefined) throw unknownCommand(first);
  const { runCommand } = await lazily<typeof import("./args/command.ts")>(
    import.meta.url,
    "./args/command.ts",
  );
  const named = { ...entry, command: await loadCommand(entry) };
  const context = { io, openPhone: openPhone ?? openStationPhone };
  return await runCommand(named, rest, context);
}

function unknownCommand(word: string): OffhookError {
  if (word.startsWith("-")) {
    return new OffhookError("usage", `there is no option "${word}" before a command`, {
      hint: `Options come after the command: offhook COMMAND ${word}`,
    });
  }
  const near = nearest(word, COMMANDS.map(({ name }) => name));
  return new OffhookError("usage", `there is no command "${word}"`, {
    hint: near === undefined
      ? "`offhook --help` lists the commands."
      : `Did you mean "${near}"? \`offhook --help\` lists the commands.`,
  });
}

/** Flags of ours that are near what a password is called. */
const HARMLESS_FLAGS = ["socket"];

/** Any process of the machine can read arguments: a password there is lost already. */
function refuseSecrets(args: readonly string[]): void {
  if (args[0] === "completion") return;
  const end = args.indexOf("--");
  for (const argument of end < 0 ? args : args.slice(0, end)) {
    const name = /^--?([A-Za-z-]+)/.exec(argument)?.[1]?.toLowerCase();
    if (name === undefined || HARMLESS_FLAGS.includes(name)) continue;
    if (nearest(name, SECRET_NAMES) === undefined) continue;
    throw new OffhookError("usage", `--${name}: passwords are never taken from the command line`, {
      hint: "Use --password-file FILE (- for standard input), the variable OFFHOOK_PASSWORD, " +
        "or `offhook credential set ACCOUNT`. Change this one: other processes could read it.",
    });
  }
}
