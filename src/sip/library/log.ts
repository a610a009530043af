/** What a user agent has to say besides its inputs to the core. */

/** Receives what is worth knowing; never a credential. Must not throw. */
export type Log = (level: "debug" | "info" | "warning" | "error", message: string) => void;
