/** The edges of a process, in memory: streams, keys, signals and a clock that tests turn. */
import type { Io } from "../../src/cli/process/io.ts";
import { Output } from "../../src/cli/process/output.ts";

class MemoryOutput extends Output {
  text = "";
  columns = 80;
  constructor(public isTty: boolean) {
    super();
  }

  protected put(text: string): Promise<void> {
    if (!this.closed) this.text += text;
    return Promise.resolve();
  }
}

export interface FakeIoOptions {
  environment?: Record<string, string>;
  cwd?: string;
  stdin?: string;
  tty?: { stdin?: boolean; stdout?: boolean; stderr?: boolean };
  /** Answers to questions, in order. */
  answers?: string[];
}

interface Timer {
  at: number;
  run: () => void;
}

export class FakeIo implements Io {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
  readonly stdinIsTty: boolean;
  readonly cwd: string;
  readonly #options: FakeIoOptions;
  readonly #timers = new Set<Timer>();
  readonly #interrupts = new Set<() => void>();
  readonly #reloads = new Set<() => void>();
  readonly questions: { question: string; hidden: boolean }[] = [];
  keys: ((keys: string) => void) | undefined;
  /** How often the terminal's mode was restored. */
  restored = 0;
  /** Whether typing is shown. */
  echoes = true;
  time = 0;

  constructor(options: FakeIoOptions = {}) {
    this.#options = options;
    this.stdout = new MemoryOutput(options.tty?.stdout ?? false);
    this.stderr = new MemoryOutput(options.tty?.stderr ?? false);
    this.stdinIsTty = options.tty?.stdin ?? false;
    this.cwd = options.cwd ?? "/cwd";
  }

  readonly environment = (name: string) =>
    ({
      HOME: "/nowhere",
      XDG_RUNTIME_DIR: "/nowhere",
      LANG: "C.UTF-8",
      ...this.#options.environment,
    })[name];

  readStdin(): Promise<string> {
    return Promise.resolve(this.#options.stdin ?? "");
  }

  ask(question: string, { hidden = false } = {}): Promise<string> {
    this.questions.push({ question, hidden });
    return Promise.resolve(this.#options.answers?.shift() ?? "");
  }

  keyboard(listener: (keys: string) => void) {
    this.keys = listener;
    return { close: () => void this.restored++ };
  }

  echo(shown: boolean): void {
    this.echoes = shown;
  }

  onInterrupt(listener: () => void): () => void {
    this.#interrupts.add(listener);
    return () => void this.#interrupts.delete(listener);
  }

  stderrStream(): string | undefined {
    return undefined;
  }

  onReload(listener: () => void): () => void {
    this.#reloads.add(listener);
    return () => void this.#reloads.delete(listener);
  }

  reload(): void {
    for (const listener of this.#reloads) listener();
  }

  interrupt(): void {
    for (const listener of this.#interrupts) listener();
  }

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets `ms` pass: what is due runs, in order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }
}

/** Lets everything that waits in microtasks or the event loop's queue run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
