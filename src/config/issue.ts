/** One error of a configuration, and how it is told. Pure. */

export interface ConfigIssue {
  /** Dotted path in the file (`accounts.work.transport`), or the flag or variable it came from. */
  path: string;
  /** What is there, as JSON; absent when nothing is. Never there for what may be a secret. */
  value?: string;
  /** What is wrong, and what is allowed. */
  message: string;
  /** What was probably meant. */
  nearest?: string;
  /** Place of a syntax error in the file, from 1. */
  line?: number;
  column?: number;
}

/** One line for each issue, `path: value: message`. */
export function formatIssue(issue: ConfigIssue): string {
  const place = issue.line === undefined
    ? issue.path
    : `line ${issue.line}, column ${issue.column}`;
  const value = issue.value === undefined ? "" : ` ${issue.value}:`;
  const meant = issue.nearest === undefined ? "" : ` (did you mean ${issue.nearest}?)`;
  return `${place}:${value} ${issue.message}${meant}`;
}
