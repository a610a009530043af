/**
 * The terminal, taken and given back in any case.
 *
 *     open: raw keys, bracketed paste, title saved ─► keys, resize ─► close: all as it was
 *
 * The process may end by an exception or a signal: what is still taken then is given back when the
 * process unloads. The one file of this folder that touches the process.
 */
import process from "node:process";
import { KeyDecoder, type KeyEvent } from "./keys.ts";
import { POP_TITLE, PUSH_TITLE } from "./notice.ts";

export interface TerminalEvents {
  key(event: KeyEvent): void;
  resize(columns: number, rows: number): void;
  /** The terminal is gone, or a signal asks us to go. */
  hangup(): void;
}

/** What the screen needs of a terminal; tests have one of their own. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly stdout: NodeJS.WriteStream;
  write(text: string): void;
  open(events: TerminalEvents): void;
  /** Safe to call twice. */
  close(): void;
}

/** ms that a lone Esc may wait for the rest of a sequence. */
const ESCAPE_MS = 40;
const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
/** Ink's own, for the case that Ink cannot any more. */
const ALL_BACK = `${PASTE_OFF}\u001b[?25h\u001b[?1049l\u001b[0m${POP_TITLE}`;

export class ProcessTerminal implements Terminal {
  readonly stdout = process.stdout;
  readonly #decoder = new KeyDecoder();
  #events: TerminalEvents | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #escape: ReturnType<typeof setTimeout> | undefined;

  get columns(): number {
    return this.stdout.columns || 80;
  }

  get rows(): number {
    return this.stdout.rows || 24;
  }

  write(text: string): void {
    this.stdout.write(text);
  }

  open(events: TerminalEvents): void {
    this.#events = events;
    Deno.stdin.setRaw(true);
    this.write(PUSH_TITLE + PASTE_ON);
    this.stdout.on("resize", this.#resized);
    // A terminal that went away (lost SSH) makes every write fail.
    this.stdout.on("error", this.#gone);
    for (const event of ENDINGS) globalThis.addEventListener(event, this.#unload);
    // Not Deno's own listeners: Ink's would not see them, and end the process.
    for (const signal of SIGNALS) process.on(signal, this.#gone);
    void this.#read();
  }

  close(): void {
    if (this.#events === undefined) return;
    this.#events = undefined;
    clearTimeout(this.#escape);
    for (const signal of SIGNALS) process.off(signal, this.#gone);
    for (const event of ENDINGS) globalThis.removeEventListener(event, this.#unload);
    this.stdout.off("resize", this.#resized);
    this.#reader?.cancel().catch(() => {});
    writeSafely(PASTE_OFF + POP_TITLE);
    cooked();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const reader = this.#reader = Deno.stdin.readable.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        this.#take(decoder.decode(value, { stream: true }));
      }
    } catch {
      // As at its end: the terminal is gone.
    }
    this.#gone();
  }

  #take(text: string): void {
    clearTimeout(this.#escape);
    for (const event of this.#decoder.feed(text)) this.#events?.key(event);
    if (!this.#decoder.pending) return;
    this.#escape = setTimeout(() => {
      for (const event of this.#decoder.flush()) this.#events?.key(event);
    }, ESCAPE_MS);
  }

  readonly #resized = () => this.#events?.resize(this.columns, this.rows);

  readonly #gone = () => this.#events?.hangup();

  readonly #unload = () => {
    writeSafely(ALL_BACK);
    cooked();
  };
}

/** How a process ends that did not close the terminal: its report belongs on the ordinary screen. */
const ENDINGS = ["unload", "error", "unhandledrejection"] as const;

const SIGNALS: readonly NodeJS.Signals[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

function writeSafely(text: string): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  } catch {
    // The terminal is gone.
  }
}

function cooked(): void {
  try {
    Deno.stdin.setRaw(false);
  } catch {
    // The terminal is gone.
  }
}
