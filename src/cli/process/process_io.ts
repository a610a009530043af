/** {@link Io} over the real process. */
import { type Environment, processEnvironment } from "../../config/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Io, Keyboard } from "./io.ts";
import { Output } from "./output.ts";

interface WritableStreamLike {
  write(bytes: Uint8Array): Promise<number>;
  isTerminal(): boolean;
}

class StreamOutput extends Output {
  readonly #stream: WritableStreamLike;
  readonly #encoder = new TextEncoder();
  #last: Promise<void> = Promise.resolve();

  constructor(stream: WritableStreamLike) {
    super();
    this.#stream = stream;
  }

  get isTty(): boolean {
    return this.#stream.isTerminal();
  }

  get columns(): number {
    try {
      return Deno.consoleSize().columns || 80;
    } catch {
      return 80;
    }
  }

  protected put(text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#writeAll(this.#encoder.encode(text)));
    return this.#last;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length && !this.closed;) {
        sent += await this.#stream.write(bytes.subarray(sent));
      }
    } catch (error) {
      this.closed = true;
      // EPIPE, or a terminal that hung up: nobody reads any more. Anything else, as a full disk,
      // lost what was asked for.
      if (!(error instanceof Deno.errors.BrokenPipe) && !this.isTty) this.failure = error;
    }
  }
}

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Who takes SIGHUP as a wish to read the configuration again. */
let reload: (() => void) | undefined;

/** @param exit ends the process at once */
export function processIo(exit: (status: number) => never): Io {
  const stderr = new StreamOutput(Deno.stderr);
  return {
    environment: environmentWithSecret(),
    cwd: Deno.cwd(),
    stdout: new StreamOutput(Deno.stdout),
    stderr,
    stdinIsTty: Deno.stdin.isTerminal(),
    readStdin: () => new Response(Deno.stdin.readable).text(),
    ask: (question, { hidden = false } = {}) => ask(stderr, question, hidden),
    keyboard: (listener) =>
      // In raw mode Ctrl-C is only a key: it becomes the signal that it was.
      openKeyboard((keys) => keys.includes("\u0003") ? interruptSelf() : listener(keys)),
    stderrStream,
    echo: echoSwitch(exit),
    onInterrupt: (listener) => onInterrupt(listener, exit),
    onReload(listener) {
      reload = listener;
      const handle = () => reload?.();
      Deno.addSignalListener("SIGHUP", handle);
      return () => {
        reload = undefined;
        Deno.removeSignalListener("SIGHUP", handle);
      };
    },
    now: () => Date.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Keeps the password for us and takes it away from every process that we start. */
function environmentWithSecret(): Environment {
  const variable = "OFFHOOK_PASSWORD";
  const password = processEnvironment(variable);
  if (password !== undefined) Deno.env.delete(variable);
  return (name) => name === variable ? password : processEnvironment(name);
}

function stderrStream(): string | undefined {
  try {
    const { dev, ino } = Deno.statSync("/dev/stderr");
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function interruptSelf(): void {
  Deno.kill(Deno.pid, "SIGINT");
}

function onInterrupt(listener: () => void, exit: (status: number) => never): () => void {
  let interrupted = false;
  const handle = () => {
    if (interrupted) exit(130);
    interrupted = true;
    listener();
  };
  const handlers = SIGNALS.map((signal) => {
    const run = () => signal === "SIGHUP" && reload !== undefined ? undefined : handle();
    Deno.addSignalListener(signal, run);
    return () => Deno.removeSignalListener(signal, run);
  });
  return () => handlers.forEach((remove) => remove());
}

/** Nobody else would give a terminal back whose program is interrupted while it starts. */
function echoSwitch(exit: (status: number) => never): Io["echo"] {
  const restore = () => {
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  };
  const interrupted = () => {
    restore();
    exit(130);
  };
  let hidden = false;
  return (shown) => {
    if (shown !== hidden) return;
    hidden = !shown;
    if (hidden) {
      Deno.stdin.setRaw(true, { cbreak: true });
      globalThis.addEventListener("unload", restore);
      SIGNALS.forEach((signal) => Deno.addSignalListener(signal, interrupted));
    } else {
      restore();
      globalThis.removeEventListener("unload", restore);
      SIGNALS.forEach((signal) => Deno.removeSignalListener(signal, interrupted));
    }
  };
}

/** In raw mode for as long as it is open; the mode is restored in any case. */
function openKeyboard(listener: (keys: string) => void): Keyboard {
  Deno.stdin.setRaw(true);
  const restore = () => {
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  };
  globalThis.addEventListener("unload", restore);
  let open = true;
  // Read by hand: cancelling the stream would close standard input for whoever comes next.
  const pump = async () => {
    const bytes = new Uint8Array(1024);
    const decoder = new TextDecoder();
    while (open) {
      const count = await Deno.stdin.read(bytes);
      if (count === null) break;
      if (open) listener(decoder.decode(bytes.subarray(0, count), { stream: true }));
    }
  };
  pump().catch(() => {});
  return {
    close() {
      if (!open) return;
      open = false;
      restore();
      globalThis.removeEventListener("unload", restore);
    },
  };
}

/** @throws OffhookError `interrupted` on Ctrl-C or at the end of input */
function ask(stderr: Output, question: string, hidden: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    stderr.write(question);
    let typed = "";
    const finish = (settle: () => void) => {
      keyboard.close();
      stderr.write("\n");
      settle();
    };
    const keyboard = openKeyboard((keys) => {
      for (const key of keys) {
        if (key === "\r" || key === "\n") return finish(() => resolve(typed));
        if (key === "\u0003" || key === "\u0004") {
          return finish(() => reject(new OffhookError("interrupted", "interrupted")));
        }
        if (key === "\u007f" || key === "\b") {
          if (typed !== "" && !hidden) stderr.control("\b \b");
          typed = [...typed].slice(0, -1).join("");
        } else if (key === "\u0015") {
          if (!hidden) [...typed].forEach(() => stderr.control("\b \b"));
          typed = "";
        } else if (key >= " ") {
          typed += key;
          if (!hidden) stderr.write(key);
        }
      }
    });
  });
}
