/**
 * Our own phone, as a user starts it: one process of its program with the permissions of the launcher and
 * folders of its own, from arguments to exit status.
 */
import type { SoundQuality } from "../../src/core/ports/media_report.ts";
import { Changes } from "./changes.ts";
import { PHONE_ARGUMENTS } from "./phone_program.ts";
import type { Scratch } from "./scratch.ts";

/** A finished run. */
export interface OffhookResult {
  status: number;
  /** Raw, because it may be PCM. */
  stdout: Uint8Array;
  stderr: string;
  /** From the start of the process to its end. */
  elapsedMs: number;
}

interface IceEndJson {
  type: string;
  address: string;
}

/** The `--json` report of a call, as scripts see it (schema `offhook.call/1`). */
export interface CallJson {
  schema: string;
  outcome: string;
  sipStatus: number;
  reason: string;
  callId: string | null;
  local: string | null;
  remote: string;
  transport: string | null;
  codec: string | null;
  security: unknown;
  encryption: { keying: string; suite?: string; fingerprint?: string } | null;
  setupMs: number;
  durationMs: number;
  media: {
    sent: number;
    received: number;
    lost: number;
    jitterMs: number;
    quality: SoundQuality | null;
    ice: { state: string; local?: IceEndJson; remote?: IceEndJson } | null;
  };
  dtmf: { sent: string; received: string };
  endedBy: string;
  error?: { code: string; message: string; hint?: string };
}

export interface OffhookOptions {
  env?: Record<string, string>;
  /** Base name of its log. */
  name?: string;
  /** True: {@link Offhook.stdin} is a pipe to its standard input. */
  stdin?: boolean;
  /** Runs it elsewhere, as in a network namespace. */
  within?: (command: string, args: readonly string[]) => { command: string; args: string[] };
}

export class Offhook {
  /** Just before it was started, ms of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Resolves when it has ended by itself or by a signal. */
  readonly finished: Promise<OffhookResult>;
  readonly #child: Deno.ChildProcess;
  readonly #changes = new Changes();
  #stderr = "";
  #stdoutText = "";
  #running = true;

  private constructor(
    scratch: Scratch,
    args: string[],
    { env, name = "offhook", stdin, within }: OffhookOptions,
  ) {
    const program = [...PHONE_ARGUMENTS, ...args];
    const run = within?.(Deno.execPath(), program) ?? { command: Deno.execPath(), args: program };
    this.#child = new Deno.Command(run.command, {
      args: run.args,
      cwd: scratch.path,
      env: { ...folders(scratch), NO_COLOR: "1", ...env },
      stdin: stdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const log = Deno.openSync(scratch.file(`${name}.log`), { create: true, append: true });
    log.writeSync(new TextEncoder().encode(`$ offhook ${args.join(" ")}\n`));
    const out = this.#collect(this.#child.stdout, (text) => this.#stdoutText += text);
    const err = this.#collect(this.#child.stderr, (text) => this.#stderr += text, log);
    this.finished = Promise.all([this.#child.status, out, err]).then(([{ code }, stdout]) => {
      this.#running = false;
      log.writeSync(new TextEncoder().encode(`\n[status ${code}]\n`));
      log.close();
      this.#changes.notify();
      return {
        status: code,
        stdout,
        stderr: this.#stderr,
        elapsedMs: performance.now() - this.startedAt,
      };
    });
  }

  /** Starts it; it is killed, if it still runs, when the scratch is closed. */
  static start(scratch: Scratch, args: string[], options: OffhookOptions = {}): Offhook {
    const phone = new Offhook(scratch, args, options);
    scratch.defer(async () => {
      if (phone.#running) phone.#child.kill("SIGKILL");
      await phone.finished;
    });
    return phone;
  }

  /** Starts it and waits for its end. */
  static run(
    scratch: Scratch,
    args: string[],
    options: OffhookOptions = {},
  ): Promise<OffhookResult> {
    return Offhook.start(scratch, args, options).finished;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Its standard input; only with `stdin: true`. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** SIGINT, as Ctrl-C sends it. */
  interrupt(): void {
    if (this.#running) this.#child.kill("SIGINT");
  }

  /** Waits until what it wrote (`stdout` as text, or `stderr`) matches. */
  waitFor(
    stream: "stdout" | "stderr",
    pattern: RegExp,
    timeoutMs = 15_000,
  ): Promise<RegExpExecArray> {
    const complain = (what: string) =>
      `offhook ${what} while waited for ${pattern} on ${stream}:\n${this.#stderr}`;
    const look = () => {
      const match = pattern.exec(stream === "stderr" ? this.#stderr : this.#stdoutText);
      if (!match && !this.#running) throw new Error(complain("ended"));
      return match ?? undefined;
    };
    return this.#changes.until(look, timeoutMs, () => complain("said nothing like it"));
  }

  async #collect(
    stream: ReadableStream<Uint8Array>,
    take: (text: string) => void,
    log?: Deno.FsFile,
  ): Promise<Uint8Array> {
    const decoder = new TextDecoder();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const bytes of stream) {
      parts.push(bytes as Uint8Array<ArrayBuffer>);
      log?.writeSync(bytes);
      take(decoder.decode(bytes, { stream: true }));
      this.#changes.notify();
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }
}

/** Folders of the test's own, so that no configuration or station of the user is seen. */
function folders(scratch: Scratch): Record<string, string> {
  const names = {
    CONFIG_HOME: "config",
    DATA_HOME: "data",
    STATE_HOME: "state",
    RUNTIME_DIR: "run",
  };
  return Object.fromEntries(
    Object.entries(names).map(([variable, folder]) => {
      const path = scratch.file(`offhook-${folder}`);
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
      return [`XDG_${variable}`, path];
    }),
  );
}

/** The last JSON object on standard output. @throws when there is none */
export function callJson(result: OffhookResult): CallJson {
  const lines = new TextDecoder().decode(result.stdout).trim().split("\n");
  try {
    return JSON.parse(lines.at(-1) ?? "");
  } catch {
    throw new Error(
      `no JSON on stdout (status ${result.status}): ${lines.join("\n")}\n${result.stderr}`,
    );
  }
}

/** Arguments and environment that make a user of a registrar our account. */
export function accountArguments(
  registrar: { address: string; password: string; transport: string; caFile: string },
  user: string,
): { args: string[]; env: Record<string, string> } {
  const tls = registrar.transport === "tls" || registrar.transport === "wss";
  return {
    args: ["--server", registrar.address, "--user", user, "--transport", registrar.transport]
      .concat(
        tls ? ["--tls-ca", registrar.caFile] : [],
      ),
    env: { OFFHOOK_PASSWORD: registrar.password },
  };
}
