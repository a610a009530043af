/** A child process of a test: logs to a file, can be waited upon by what it prints, dies by its pid. */
import { Changes } from "./changes.ts";
import type { Scratch } from "./scratch.ts";

export interface PeerCommand {
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Base name of its log in the scratch folder. */
  name: string;
  /** True: `write` sends to its standard input. */
  stdin?: boolean;
}

export class PeerProcess {
  readonly name: string;
  /** Just before it was started, ms of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly exited: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #stdin?: WritableStreamDefaultWriter<Uint8Array>;
  readonly #log: Deno.FsFile;
  readonly #changes = new Changes();
  readonly #drained: Promise<void>;
  #output = "";
  #running = true;

  private constructor(spec: PeerCommand, scratch: Scratch) {
    this.name = spec.name;
    this.#log = Deno.openSync(scratch.file(`${spec.name}.log`), { create: true, append: true });
    this.#child = new Deno.Command(spec.command, {
      args: spec.args,
      env: spec.env,
      cwd: scratch.path,
      stdin: spec.stdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (spec.stdin) this.#stdin = this.#child.stdin.getWriter();
    this.exited = this.#child.status.then((status) => {
      this.#running = false;
      this.#changes.notify();
      return status;
    });
    this.#drained = Promise.all([this.#read(this.#child.stdout), this.#read(this.#child.stderr)])
      .then(() => this.#log.close());
  }

  /** Starts the command; it is stopped when the scratch is closed. */
  static start(scratch: Scratch, spec: PeerCommand): PeerProcess {
    const peer = new PeerProcess(spec, scratch);
    scratch.defer(() => peer.stop());
    return peer;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything that it printed so far, both streams in the order of arrival. */
  get output(): string {
    return this.#output;
  }

  /** Writes a line to its standard input. */
  async writeLine(line: string): Promise<void> {
    await this.#stdin?.write(new TextEncoder().encode(`${line}\n`));
  }

  /**
   * Waits until its output from `after` on matches.
   * @param after index into {@link output}; 0: from the start
   * @throws when it ends first, or `timeoutMs` passes
   */
  async waitFor(pattern: RegExp, timeoutMs = 10_000, after = 0): Promise<RegExpExecArray> {
    const complain = (what: string) =>
      `${this.name} ${what} while waited for ${pattern}:\n${this.tail()}`;
    const look = () => {
      const match = pattern.exec(this.#output.slice(after));
      if (!match && !this.#running) throw new Error(complain("ended"));
      return match ?? undefined;
    };
    return await this.#changes.until(look, timeoutMs, () => complain("said nothing like it"));
  }

  /** The last lines of its output. */
  tail(lines = 15): string {
    return this.#output.trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** SIGTERM, and SIGKILL when that is not enough within `graceMs`. */
  async stop(graceMs = 2_000): Promise<void> {
    if (this.#running) this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
    await this.#stdin?.close().catch(() => {});
    await this.#drained;
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It ended by itself in between.
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.#log.writeSync(bytes);
      this.#output += decoder.decode(bytes, { stream: true });
      this.#changes.notify();
    }
  }
}
