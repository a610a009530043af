/** Where the password of an account comes from. */
export type PasswordSource =
  | { kind: "stdin" }
  | { kind: "file"; path: string }
  | { kind: "environment"; variable: string }
  | { kind: "command"; argv: readonly string[] }
  /** The credential store, if it has an entry for the account. */
  | { kind: "store" };
