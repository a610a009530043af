/** One line of the phone's log: words, and facts that a program can search. */
import { type ConfigIssue, formatIssue } from "../../config/mod.ts";
import type { LOG_LEVELS } from "../../config/values/mod.ts";
import type { OffhookError } from "../../base/mod.ts";

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogFacts {
  /** Default `info`. */
  level?: LogLevel;
  /** The core's id of a call. */
  call?: string;
  /** The SIP Call-ID of a call, on every line that is about one. */
  callId?: string;
  account?: string;
}

/** An error in one line: what failed, each wrong value of a configuration, and what to do. */
export function errorLine({ message, hint, data }: OffhookError): string {
  const issues = Array.isArray(data?.issues) ? (data.issues as ConfigIssue[]).map(formatIssue) : [];
  const what = [message, ...issues].join("; ");
  return hint === undefined ? what : `${what} (${hint})`;
}

/** Never throws: a full disk must not end a call. */
export interface WriteLog {
  (text: string, facts?: LogFacts): void;
  /** Whether lines of a level go anywhere; absent: all do. For lines that cost something to make. */
  wants?(level: LogLevel): boolean;
}
