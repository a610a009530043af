/** One line of the phone's log: words, and facts that a program can search. */

export const LEVELS = ["trace", "debug", "info", "warning", "error", "fatal"] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface LogFacts {
  /** Default `info`. */
  level?: LogLevel;
  /** The core's id of a call. */
  call?: string;
  /** The SIP Call-ID of a call, on every line that is about one. */
  callId?: string;
  account?: string;
}

/** Never throws: a full disk must not end a call. */
export type WriteLog = (text: string, facts?: LogFacts) => void;
