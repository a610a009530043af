/**
 * The edges of the process as a command sees them: streams, environment, signals, time. Commands get
 * an {@link Io} and touch nothing else, so that tests run them without a process. Not on the
 * real-time path.
 *
 * A closed reader (`offhook … | head -1`) is no error: the output is then `closed`, writes to it are
 * without effect, and who has nothing else to do may stop. A full disk is one: `failure` says so, and
 * the command line ends with it.
 */
import type { Environment } from "../../config/mod.ts";
import { jsonText } from "../../base/mod.ts";
import type { Output } from "./output.ts";

/** Single keys of a terminal in raw mode. */
export interface Keyboard {
  /** Back to the terminal's former mode. Safe to call twice. */
  close(): void;
}

export interface Io {
  readonly environment: Environment;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Device and inode of standard error, `DEV:INODE`; undefined where that cannot be known. */
  stderrStream(): string | undefined;
  readonly stdinIsTty: boolean;
  /** Standard input to its end. */
  readStdin(): Promise<string>;
  /** One line from a terminal; `hidden` does not show it. Only when standard input is a TTY. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
  /** Raw keys of the terminal, a chunk as it is typed. Only when standard input is a TTY. */
  keyboard(listener: (keys: string) => void): Keyboard;
  /**
   * Whether the terminal shows what is typed. While it does not, keys wait for whoever reads next, and
   * Ctrl-C ends the process.
   */
  echo(shown: boolean): void;
  /**
   * SIGINT, SIGTERM and SIGHUP. The first calls the listener; the second ends the process at once.
   * @returns stops listening
   */
  onInterrupt(listener: () => void): () => void;
  /** SIGHUP, which then interrupts no more. @returns stops listening */
  onReload(listener: () => void): () => void;
  now(): number;
  /** @returns stops it */
  after(ms: number, run: () => void): () => void;
}

/** One line of words on standard error. */
export function say(io: Io, line: string): Promise<void> {
  return io.stderr.rows([line]);
}

/** One JSON value, on a line of its own, on standard output. */
export function sayJson(io: Io, value: unknown): Promise<void> {
  return writeJson(io.stdout, [value]);
}

/** JSON values, each on a line of its own. */
export function writeJson(output: Output, values: readonly unknown[]): Promise<void> {
  return output.write(values.map((value) => `${jsonText(value)}\n`).join(""));
}

/** Whether to use colour on `output`. @see https://no-color.org */
export function colours(io: Io, output: Output): boolean {
  return output.isTty && !io.environment("NO_COLOR") && io.environment("TERM") !== "dumb";
}
