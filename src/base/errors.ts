/**
 * The one error type of the project, and the exit code of every error.
 *
 * Every layer throws an {@link OffhookError} with a code from {@link EXIT_CODES}; a face turns the
 * code into its exit status, the JSON of a call or a line on screen. A plain `Error` that reaches a
 * face is a bug of ours (exit 1).
 */

/** Process exit statuses; the table is part of the product (docs: README, "Exit codes"). */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 130;

/**
 * Every error code with its exit status. A new code cannot be forgotten in the mapping, because the
 * mapping is where codes are declared.
 */
export const EXIT_CODES = {
  /** A bug of ours. */
  internal: 1,
  /** Bad flags, targets, header names, unusable files named on the command line. */
  usage: 2,
  "file-unusable": 2,
  "invalid-target": 2,
  /** The call or line is not in a state that allows the command. */
  "invalid-state": 2,
  "no-such-call": 2,
  /** None is on that the command could be about: no fault of who typed it. */
  "no-call": 8,
  "ambiguous-call": 2,
  "config-invalid": 3,
  "config-missing": 3,
  "credential-missing": 3,
  /** The store's file cannot be opened, read or written; or a newer version of ours wrote it. */
  "store-failed": 3,
  "store-newer": 3,
  "auth-refused": 4,
  busy: 5,
  "no-answer": 6,
  declined: 7,
  "not-found": 8,
  unreachable: 8,
  "media-failed": 9,
  "no-common-codec": 9,
  /** Sound that must be encrypted cannot be. */
  "encryption-failed": 9,
  "device-failed": 10,
  "device-not-found": 10,
  "no-station": 11,
  "station-refused": 11,
  /** Another process has the store for writing: a station that runs already. */
  "store-locked": 11,
  "tls-failed": 12,
  interrupted: 130,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof EXIT_CODES;

/** Plain JSON details of an error: the value that failed, what is allowed, the peer, … */
export type ErrorData = Record<string, unknown>;

/** An error as JSON: crosses processes, workers and the control API. */
export interface ErrorJson {
  code: ErrorCode;
  /** One sentence: what failed and with which value. */
  message: string;
  /** What the person can do next, when there is something to do. */
  hint?: string;
  data?: ErrorData;
}

/** A text as a part of a sentence: without its own full stop; an ellipsis stays. */
export function withoutStop(text: string): string {
  return text.replace(/(?<![.…])\.\s*$/, "");
}

/** Texts as sentences in a row: each ends with one full stop, or with the mark that it has. */
export function sentences(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text).map((text) => /[.!?…]$/.test(text!) ? text : `${text}.`)
    .join(" ");
}

/** An error that a person can act on. */
export class OffhookError extends Error {
  override readonly name = "OffhookError";
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly data?: ErrorData;

  /**
   * @param code decides the exit status
   * @param message names what failed and the value, in one sentence without its full stop, which it
   *   gets where it is shown ({@link sentences}); a final one, of another's text perhaps, is dropped
   * @param options `hint` says what to do next; `data` is plain JSON; `cause` is kept for logs
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; data?: ErrorData; cause?: unknown } = {},
  ) {
    super(withoutStop(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.data !== undefined) this.data = options.data;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }

  toJSON(): ErrorJson {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.data === undefined ? {} : { data: this.data }),
    };
  }

  static fromJSON(json: ErrorJson): OffhookError {
    return new OffhookError(json.code, json.message, json);
  }

  /** Any thrown value as an OffhookError; what is not one already is a bug of ours. */
  static from(thrown: unknown): OffhookError {
    if (thrown instanceof OffhookError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new OffhookError("internal", message, { cause: thrown });
  }
}
