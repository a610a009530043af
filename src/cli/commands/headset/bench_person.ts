/** The person at a headset's bench: asked to look and to press, any key skips. */
import { type Io, say } from "../../process/mod.ts";

export interface BenchPerson {
  /** Whether the person sees it; undefined: skipped. */
  sees(question: string): Promise<boolean | undefined>;
  /** Asks for a press; `signal` is aborted when a key skips it. */
  presses<T>(request: string, wait: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function benchPerson(io: Io): BenchPerson {
  return {
    async sees(question) {
      const answer = (await io.ask(`${question} [y/n, s skips] `)).trim().toLowerCase();
      return answer.startsWith("y") ? true : answer.startsWith("n") ? false : undefined;
    },
    async presses(request, wait) {
      const skip = new AbortController();
      await say(io, `${request} (any key skips)`);
      const keyboard = io.keyboard(() => skip.abort());
      try {
        return await wait(skip.signal);
      } finally {
        keyboard.close();
      }
    },
  };
}
