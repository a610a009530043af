/**
 * The log of a command: to a file, else to standard error.
 *
 *     write(text, facts) ─► the level ─► a terminal: words │ a file: JSON, one object a line
 *                                      └► journald: with <PRIORITY> before it (sd-daemon(3))
 *
 * On a pipe a station writes JSON, and a command that makes a call words: there an object is its report.
 *
 * Facts are properties; nothing of ours puts a secret into one. logtape was used and went: with one
 * sink, forms of our own and a level that changes while it is open, one comparison was left of it.
 */
import { dirname, join } from "../../base/path/mod.ts";
import { LOG_LEVELS } from "../../config/values/mod.ts";
import { expandPath } from "../../config/sources/mod.ts";
import type { LoadedConfig } from "../../config/file/mod.ts";
import {
  clean,
  type ErrorJson,
  fileReason,
  jsonText,
  OffhookError,
  oneLine,
} from "../../base/mod.ts";
import type { LogValues } from "../phone_fields/mod.ts";
import type { LogFacts, LogLevel, WriteLog } from "../../station/log/mod.ts";
import { type Io, say } from "../process/mod.ts";

export interface PhoneLog {
  /** A line about what the phone does. */
  write: WriteLog;
  /** A line to standard error whatever the level is: in the log's form, where the log stands there. */
  announce(text: string): Promise<void>;
  /**
   * Prepares the place and least level of a changed configuration; a file is opened anew, so that a
   * rotated one is let go. The result goes over to it.
   * @throws OffhookError `file-unusable`; nothing has changed then
   */
  reopen(loaded: LoadedConfig): Promise<() => void>;
  close(): void;
}

/** How a line stands on its place. */
export type LogForm = "words" | "json" | "journal";

/** syslog(3) priorities. */
const PRIORITIES: Record<LogLevel, number> = {
  trace: 7,
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
  fatal: 2,
};

/** Where lines go. */
interface Place {
  form: LogForm;
  /** Whether it is standard error. */
  isStderr: boolean;
  write(line: string): void;
  close(): void;
}

/** What of a configuration is about the log. */
type LogConfig = Pick<LoadedConfig, "path"> & {
  config: { logging: { level: LogLevel; file?: string | undefined } };
};

/** As the flags of a command without a configuration say. @throws OffhookError `file-unusable` */
export async function openLogAs(
  { logLevel: level = "warning", logFile: file }: Omit<LogValues, "trace">,
  io: Io,
): Promise<PhoneLog> {
  const logging = { level, file };
  return await openLog({ config: { logging }, path: join(io.cwd, "flags") }, io);
}

/**
 * @param piped how lines stand on a standard error that is a pipe
 * @throws OffhookError `file-unusable`
 */
export async function openLog(
  loaded: LogConfig,
  io: Io,
  piped: Exclude<LogForm, "journal"> = "words",
): Promise<PhoneLog> {
  let place = await placeOf(loaded, io, piped);
  let lowest = rank(loaded.config.logging.level);
  const wants = (level: LogLevel) => rank(level) >= lowest;
  const write: WriteLog = (text, { level = "info", ...facts }: LogFacts = {}) => {
    if (!wants(level)) return;
    place.write(`${formatted({ level, text, time: io.now(), facts }, place.form)}\n`);
  };
  write.wants = wants;
  return {
    write,
    announce: (text) => place.isStderr ? announce(io, piped, text) : say(io, text),
    async reopen(changed) {
      const next = await placeOf(changed, io, piped);
      return () => {
        place.close();
        place = next;
        lowest = rank(changed.config.logging.level);
      };
    },
    close() {
      lowest = Infinity;
      place.close();
    },
  };
}

function rank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

async function placeOf(loaded: LogConfig, io: Io, piped: LogForm): Promise<Place> {
  const { file } = loaded.config.logging;
  if (file === undefined) {
    return {
      form: formOfStderr(io, piped),
      isStderr: true,
      write: (line) => void io.stderr.write(line),
      close() {},
    };
  }
  const path = expandPath(file, dirname(loaded.path), io.environment);
  const handle = await Deno.open(path, { append: true, create: true, mode: 0o600 })
    .catch((cause) => {
      throw new OffhookError(
        "file-unusable",
        `cannot write the log ${path}: ${fileReason(cause)}`,
        { hint: "Name a file that you may write to.", cause },
      );
    });
  const encoder = new TextEncoder();
  return {
    form: "json",
    isStderr: false,
    write(line) {
      try {
        handle.writeSync(encoder.encode(line));
      } catch {
        // A full disk must not end the call.
      }
    },
    close: () => handle.close(),
  };
}

/** A line of the log before it has a form. */
export interface LogRecord {
  level: LogLevel;
  text: string;
  /** ms since 1970. */
  time: number;
  facts: Omit<LogFacts, "level"> & { error?: ErrorJson };
}

/** One line, without line end. */
export function formatted(record: LogRecord, form: LogForm): string {
  const { level, text, facts } = record;
  const time = new Date(record.time).toISOString();
  if (form === "words") {
    const callId = facts.callId === undefined ? "" : ` [${clean(facts.callId, 200)}]`;
    return `${time} ${level}${callId} ${clean(text)}`;
  }
  const bound = Object.entries(facts).map(([name, value]) => [name, bounded(value)]);
  const json = jsonText({ time, level, text: oneLine(text), ...Object.fromEntries(bound) });
  return form === "journal" ? `<${PRIORITIES[level]}>${json}` : json;
}

/**
 * A line on standard error that no level holds back, as the lines of a log there are: words bare, JSON
 * with its time and level.
 * @param piped how lines of the log stand on a standard error that is a pipe
 */
export async function announce(
  io: Io,
  piped: LogForm,
  text: string,
  { level = "info", ...facts }: { level?: LogLevel; error?: ErrorJson } = {},
): Promise<void> {
  const form = formOfStderr(io, piped);
  if (form === "words") return await say(io, text);
  await io.stderr.write(`${formatted({ level, text, time: io.now(), facts }, form)}\n`);
}

/** A Call-ID is the peer's: it may be as long as a message. */
function bounded(value: unknown): unknown {
  return typeof value === "string" ? oneLine(value, 500) : value;
}

/** systemd names the device and inode of the stream that goes to its journal. */
function formOfStderr(io: Io, piped: LogForm): LogForm {
  if (io.stderr.isTty) return "words";
  const stream = io.environment("JOURNAL_STREAM");
  return stream !== undefined && stream === io.stderrStream() ? "journal" : piped;
}
