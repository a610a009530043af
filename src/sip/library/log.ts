/** What a user agent has to say besides its inputs to the core. */

export type LogLevel = "debug" | "info" | "warning" | "error";
/** Receives what is worth knowing; never a credential. Must not throw. */
export type Log = (level: LogLevel, message: string) => void;
