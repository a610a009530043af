/**
 * Where passwords come from. Never from arguments: every process of the machine can read those.
 *
 *     --password-file │ --password-stdin  >  OFFHOOK_PASSWORD  >  OFFHOOK_PASSWORD_FILE
 *       >  the account's password_file │ password_env │ password_command  >  credential store
 *
 * A password is read when it is first asked for, which is when a server first challenges, and kept
 * in memory only. Nothing here puts one into a message.
 */
import { dirname, resolve } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { readCredential } from "./credential_store.ts";
import type { Environment, PasswordSource } from "../mod.ts";
import { expandPath } from "../sources/mod.ts";
import type { LoadedConfig } from "../file/mod.ts";
import { OWNER_AND_GROUP, refuseOpenFile } from "./private_file.ts";

/** What flags and environment say about the chosen account's password. */
export interface PasswordOptions {
  /** `--password-file`; `-` is standard input. */
  file?: string | undefined;
  stdin?: boolean | undefined;
  cwd: string;
  /** Standard input to its end; tests pass their own. */
  readStdin: () => Promise<string>;
  /** Runs the account's `password_command`; absent: this process does. */
  runCommand?: ((account: string) => Promise<string>) | undefined;
}

/** Reads the password of an account; undefined: it has none. */
export type PasswordReader = (account: string) => Promise<string | undefined>;

/** A command that prints a password may ask a person to unlock a key ring. */
const COMMAND_TIMEOUT_MS = 60_000;

/** Where the password of `account` comes from, without reading it. */
export function passwordSource(
  loaded: LoadedConfig,
  account: string,
  options: Pick<PasswordOptions, "file" | "stdin" | "cwd">,
): PasswordSource {
  if (account === loaded.account) {
    const direct = directSource(loaded.environment, options);
    if (direct !== undefined) return direct;
  }
  const settings = loaded.config.accounts[account];
  const { environment } = loaded;
  if (settings?.password_file !== undefined) {
    const path = expandPath(settings.password_file, dirname(loaded.path), environment);
    return { kind: "file", path };
  }
  if (settings?.password_env !== undefined) {
    return { kind: "environment", variable: settings.password_env };
  }
  if (settings?.password_command !== undefined) {
    return { kind: "command", argv: settings.password_command };
  }
  return { kind: "store" };
}

/** Deno opens `/dev/stdin` for programs with every permission only; it is the same stream. */
export function isStdin(file: string | undefined): boolean {
  return file === "-" || file === "/dev/stdin" || file === "/dev/fd/0";
}

function directSource(
  environment: Environment,
  { file, stdin, cwd }: Pick<PasswordOptions, "file" | "stdin" | "cwd">,
): PasswordSource | undefined {
  if (stdin === true || isStdin(file)) return { kind: "stdin" };
  if (file !== undefined) return { kind: "file", path: resolve(cwd, file) };
  if (environment("OFFHOOK_PASSWORD")) {
    return { kind: "environment", variable: "OFFHOOK_PASSWORD" };
  }
  const named = environment("OFFHOOK_PASSWORD_FILE");
  if (!named) return undefined;
  return isStdin(named) ? { kind: "stdin" } : { kind: "file", path: resolve(cwd, named) };
}

/** A reader that asks each source once. */
export function passwordReader(loaded: LoadedConfig, options: PasswordOptions): PasswordReader {
  const known = new Map<string, Promise<string | undefined>>();
  return (account) => {
    let password = known.get(account);
    if (password === undefined) {
      password = readPassword(passwordSource(loaded, account, options), account, loaded, options);
      known.set(account, password);
    }
    return password;
  };
}

/** @throws OffhookError `credential-missing` naming the source, never its content */
async function readPassword(
  source: PasswordSource,
  account: string,
  { environment }: Pick<LoadedConfig, "environment">,
  { readStdin, runCommand }: Pick<PasswordOptions, "readStdin" | "runCommand">,
): Promise<string | undefined> {
  switch (source.kind) {
    case "stdin":
      return firstLine(await readStdin(), "standard input");
    case "file":
      return await readPasswordFile(source.path);
    case "environment":
      return firstLine(environment(source.variable) ?? "", `the variable ${source.variable}`);
    case "command":
      return await (runCommand?.(account) ?? runPasswordCommand(source.argv));
    case "store":
      return await readCredential(environment, account);
  }
}

/**
 * The first line of `path`. A regular file that others can read is refused; a pipe or a device is
 * not a file at rest.
 */
export async function readPasswordFile(path: string): Promise<string> {
  let text: string;
  try {
    refuseOpenFile(path, await Deno.stat(path), OWNER_AND_GROUP);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : "it cannot be read as text";
    throw missing(`cannot read the password file ${path}: ${why}`);
  }
  return firstLine(text, `the password file ${path}`);
}

/** Starts the program itself, no shell between; its standard error stays visible. */
export async function runPasswordCommand(argv: readonly string[]): Promise<string> {
  const [program, ...args] = argv;
  const name = `the password command ${program}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), COMMAND_TIMEOUT_MS);
  try {
    const { code, success, stdout } = await new Deno.Command(program!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
      signal: abort.signal,
    }).output();
    if (abort.signal.aborted) throw missing(`${name} did not end within a minute`);
    if (!success) throw missing(`${name} failed with status ${code}`);
    return firstLine(new TextDecoder().decode(stdout), name);
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    if (error instanceof Deno.errors.NotFound) throw missing(`${name} was not found`);
    throw missing(`${name} could not be started`);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(text: string, source: string): string {
  const [line = ""] = text.split(/\r?\n/, 1);
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) {
    throw missing(`${source} has control characters where the password should be`);
  }
  if (line === "") throw missing(`${source} is empty where the password should be`);
  return line;
}

function missing(message: string): OffhookError {
  return new OffhookError("credential-missing", message, {
    hint: "A password comes from --password-file, OFFHOOK_PASSWORD, the account's " +
      "password_… keys or `offhook credential set`.",
  });
}
