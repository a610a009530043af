/**
 * The terminal, taken and given back in any case.
 *
 *     open: raw keys, bracketed paste, title saved ─► keys, resize ─► close: all as it was
 *
 * The process may end by an exception or a signal: what is still taken then is given back when the
 * process unloads. The one file of this folder that touches the process.
 */
import type { Names } from "../../base/names/mod.ts";
import process from "node:process";
import { KeyDecoder, type KeyEvent, MOUSE_OFF, MOUSE_ON, withBursts } from "../keys/mod.ts";
import { POP_TITLE, PUSH_TITLE } from "./notice.ts";

export interface TerminalEvents {
  key(event: KeyEvent): void;
  /** It has another size now. */
  resize(): void;
  /** The terminal is gone, or a signal asks us to go. */
  hangup(): void;
  /** The process was stopped by somebody, and goes on: what is on screen is not ours. */
  continued(): void;
}

/** What the screen needs of a terminal; tests have one of their own. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly stdout: NodeJS.WriteStream;
  write(text: string): void;
  open(events: TerminalEvents, options?: { mouse?: boolean }): void;
  /** Gives all back, stops the process and those of its group until `fg`, and takes all again. */
  suspend(): Promise<void>;
  /** Takes the keys again, which a shell had meanwhile. */
  retake(): void;
  /** Safe to call twice. */
  close(): void;
}

/** ms that a lone Esc may wait for the rest of a sequence. */
const ESCAPE_MS = 40;
const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
/** Ink's own, for the case that Ink cannot any more. */
const ALL_BACK = `${PASTE_OFF}${MOUSE_OFF}\u001b[?25h\u001b[?1049l\u001b[0m${POP_TITLE}`;

export class ProcessTerminal implements Terminal {
  readonly stdout = process.stdout;
  readonly #decoder = new KeyDecoder();
  #events: TerminalEvents | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #escape: ReturnType<typeof setTimeout> | undefined;
  #mouse = false;
  #suspending = false;

  get columns(): number {
    return this.stdout.columns || 80;
  }

  get rows(): number {
    return this.stdout.rows || 24;
  }

  write(text: string): void {
    this.stdout.write(text);
  }

  open(events: TerminalEvents, { mouse = false } = {}): void {
    this.#events = events;
    this.#mouse = mouse;
    this.retake();
    this.stdout.on("resize", this.#resized);
    // A terminal that went away (lost SSH) makes every write fail.
    this.stdout.on("error", this.#gone);
    for (const event of ENDINGS) globalThis.addEventListener(event, this.#unload);
    // Not Deno's own listeners: Ink's would not see them, and end the process.
    for (const signal of SIGNALS) process.on(signal, this.#gone);
    if (CONTINUES) process.on("SIGCONT", this.#continued);
    void this.#read();
  }

  retake(): void {
    Deno.stdin.setRaw(true);
    this.write(PUSH_TITLE + PASTE_ON + (this.#mouse ? MOUSE_ON : ""));
  }

  async suspend(): Promise<void> {
    if (!CONTINUES) return;
    // What was written before must be on the terminal before the shell is.
    await new Promise<void>((resolve) => this.stdout.write("", () => resolve()));
    this.#suspending = true;
    this.#give();
    // The whole group, as the terminal itself would. Without a shell that could bring us back, the
    // system leaves us running.
    Deno.kill(0, "SIGTSTP");
    // … here somebody said `fg`.
    this.retake();
    setTimeout(() => this.#suspending = false, CONTINUED_MS);
  }

  close(): void {
    if (this.#events === undefined) return;
    this.#events = undefined;
    clearTimeout(this.#escape);
    for (const signal of SIGNALS) process.off(signal, this.#gone);
    for (const event of ENDINGS) globalThis.removeEventListener(event, this.#unload);
    this.stdout.off("resize", this.#resized);
    if (CONTINUES) process.off("SIGCONT", this.#continued);
    this.#reader?.cancel().catch(() => {});
    this.#give();
  }

  #give(): void {
    writeSafely(PASTE_OFF + (this.#mouse ? MOUSE_OFF : "") + POP_TITLE);
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
    for (const event of withBursts(this.#decoder.feed(text))) this.#events?.key(event);
    if (!this.#decoder.pending) return;
    this.#escape = setTimeout(() => {
      for (const event of this.#decoder.flush()) this.#events?.key(event);
    }, ESCAPE_MS);
  }

  readonly #resized = () => this.#events?.resize();

  readonly #gone = () => this.#events?.hangup();

  readonly #continued = () => {
    if (!this.#suspending) this.#events?.continued();
  };

  readonly #unload = () => {
    writeSafely(ALL_BACK);
    cooked();
  };
}

/** ms after `fg` in which the system's word of it may still come. */
const CONTINUED_MS = 500;
/** Whether there is a shell's job control. */
const CONTINUES = Deno.build.os !== "windows";

/** How a process ends that did not close the terminal: its report belongs on the ordinary screen. */
const ENDINGS = ["unload", "error", "unhandledrejection"] as const satisfies Names<3>;

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
