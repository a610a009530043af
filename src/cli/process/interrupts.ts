/** The signals that end a command: SIGINT, SIGTERM and SIGHUP. */
import type { Io } from "./io.ts";

export interface Interrupts {
  readonly happened: boolean;
  readonly promise: Promise<void>;
  close(): void;
}

/** Listens for the signals that end a command. */
export function interruptsOf(io: Io): Interrupts {
  const { promise, resolve } = Promise.withResolvers<void>();
  let happened = false;
  const close = io.onInterrupt(() => {
    happened = true;
    resolve();
  });
  return {
    get happened() {
      return happened;
    },
    promise,
    close,
  };
}
