/**
 * The log of a command: to a file, else to standard error.
 *
 *     write(text, facts) ─► logtape ─► a terminal: words │ a file: JSON, one object a line
 *                                      └► journald: with <PRIORITY> before it (sd-daemon(3))
 *
 * On a pipe a station writes JSON, and a command that makes a call words: there an object is its report.
 *
 * Facts are properties; nothing of ours puts a secret into one.
 */
import { configureSync, getLogger, type LogRecord, resetSync } from "@logtape/logtape";
import { dirname, join } from "node:path";
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
  const sink = (record: LogRecord) => place.write(`${formatted(record, place.form)}\n`);
  setLevel(loaded.config.logging.level, sink);
  const logger = getLogger("offhook");
  // A record of our own time, so that a test turns the clock.
  const write: WriteLog = (text, { level = "info", ...facts }: LogFacts = {}) =>
    logger.emit({
      level,
      message: [text],
      rawMessage: text,
      timestamp: io.now(),
      properties: { ...facts },
    });
  write.wants = (level) => logger.isEnabledFor(level);
  return {
    write,
    announce: (text) => place.isStderr ? announce(io, piped, text) : say(io, text),
    async reopen(changed) {
      const next = await placeOf(changed, io, piped);
      return () => {
        place.close();
        place = next;
        setLevel(changed.config.logging.level, sink);
      };
    },
    close() {
      resetSync();
      place.close();
    },
  };
}

function setLevel(lowestLevel: LogLevel, sink: (record: LogRecord) => void): void {
  configureSync({
    sinks: { place: sink },
    loggers: [
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
      { category: "offhook", sinks: ["place"], lowestLevel },
    ],
    reset: true,
  });
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

/** One line, without line end. */
export function formatted(record: LogRecord, form: LogForm): string {
  const { level, timestamp, properties } = record;
  const text = record.message.map(String).join("");
  const time = new Date(timestamp).toISOString();
  if (form === "words") {
    const callId = properties.callId === undefined
      ? ""
      : ` [${clean(`${properties.callId}`, 200)}]`;
    return `${time} ${level}${callId} ${clean(text)}`;
  }
  const facts = Object.entries(properties).map(([name, value]) => [name, bounded(value)]);
  const json = jsonText({ time, level, text: oneLine(text), ...Object.fromEntries(facts) });
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
  { level = "info", ...properties }: { level?: LogLevel; error?: ErrorJson } = {},
): Promise<void> {
  const form = formOfStderr(io, piped);
  if (form === "words") return await say(io, text);
  const record = { category: [], level, message: [text], rawMessage: text, timestamp: io.now() };
  await io.stderr.write(`${formatted({ ...record, properties }, form)}\n`);
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
