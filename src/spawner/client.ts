/**
 * A phone's side of its spawner: the process that starts programs for a phone that may not.
 *
 *     start ─► (the phone gives up the right to run programs) ─► startHost, password
 *
 * The spawner is started before anything is heard from the network, and takes no program and no
 * argument from the phone: code that got into the phone can have the device host started and the
 * password read, and nothing else. It ends with the phone.
 */
import { fileURLToPath } from "node:url";
import { OffhookError } from "../base/mod.ts";
import type { HostChild, StartedHost } from "../device_host/start/mod.ts";
import { keptUnderOtherNames, refusedVariables } from "./loader_variables.ts";
import {
  messages,
  type News,
  type Reply,
  type Sender,
  sender,
  type SpawnerQuestion,
} from "./wire.ts";

export interface SpawnerOptions {
  /** The configuration that names the password commands, absolute. */
  config: string;
  /** The folder in which sockets of device hosts are made; it exists. */
  runtime: string;
  /** Variables of the environment that are not its business. */
  hidden?: readonly string[];
}

type Answer<K extends string> = Extract<Reply, Record<K, unknown>>;
type Asked = SpawnerQuestion extends infer Q ? Q extends { id: number } ? Omit<Q, "id"> : never
  : never;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: OffhookError): void;
}

export class Spawner {
  readonly #child: Deno.ChildProcess;
  readonly #input: Sender<SpawnerQuestion>;
  readonly #listening: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #hosts = new Map<number, RemoteHost>();
  #next = 1;
  #closed = false;
  #gone = false;

  constructor({ config, runtime, hidden = [] }: SpawnerOptions) {
    const env = Object.fromEntries(hidden.map((name) => [name, ""]));
    this.#child = startProgram(config, runtime, env);
    this.#child.unref();
    this.#input = sender<SpawnerQuestion>(this.#child.stdin);
    this.#listening = this.#listen();
  }

  /** Why nothing can be started any more; undefined: it can. */
  get trouble(): string | undefined {
    if (!this.#gone || this.#closed) return undefined;
    return "the process that starts programs is gone: start the station again";
  }

  /** To be the `start` of a device host's supervisor. @throws OffhookError `device-failed` */
  async startHost(): Promise<StartedHost> {
    const { host } = await this.#ask({ ask: "device-host" }) as Answer<"host">;
    const child = new RemoteHost(host.pid, this.#child, () => this.#kill(host.pid));
    this.#hosts.set(host.pid, child);
    return { ...host, child };
  }

  /** What the account's `password_command` prints. @throws OffhookError `credential-missing` */
  async password(account: string): Promise<string> {
    const { password } = await this.#ask({ ask: "password", account }) as Answer<"password">;
    return password;
  }

  /** What the TURN server's `password_command` prints. @throws OffhookError `credential-missing` */
  async turnPassword(url: string): Promise<string> {
    const { password } = await this.#ask({ ask: "turn-password", url }) as Answer<"password">;
    return password;
  }

  /** Lines `NAME/FILE:TEXT` of files below /sys/class/net. @throws OffhookError `device-failed` */
  async links(): Promise<string> {
    const { links } = await this.#ask({ ask: "links" }) as Answer<"links">;
    return links;
  }

  /** Lets it go: it ends by itself, after its hosts. Idempotent, never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#child.ref();
    await this.#input.close().catch(() => {});
    await this.#listening;
  }

  /** To us it is gone at once: nobody must be given its socket any more. */
  #kill(pid: number): void {
    this.#hosts.get(pid)?.end();
    this.#hosts.delete(pid);
    this.#ask({ ask: "kill", pid }).catch(() => {});
  }

  #ask(question: Asked): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(lost());
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      // Only who waits for an answer is held back from ending.
      this.#child.ref();
      this.#input.send({ id, ...question } as SpawnerQuestion).catch(() => {});
    });
  }

  /** To its end. Never rejects. */
  async #listen(): Promise<void> {
    try {
      for await (const message of messages<Reply | News>(this.#child.stdout)) this.#take(message);
    } catch {
      // What it sends is no message: it is as good as gone.
    }
    this.#gone = true;
    for (const { reject } of this.#waiting.values()) reject(lost());
    this.#waiting.clear();
    for (const host of this.#hosts.values()) host.end();
    this.#hosts.clear();
  }

  #take(message: Reply | News): void {
    if ("printed" in message) this.#hosts.get(message.printed)?.print(message.text);
    else if ("ended" in message) {
      this.#hosts.get(message.ended)?.end();
      this.#hosts.delete(message.ended);
    } else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (this.#waiting.size === 0) this.#child.unref();
      if ("error" in message) waiting?.reject(OffhookError.fromJSON(message.error));
      else waiting?.resolve(message);
    }
  }
}

function startProgram(
  config: string,
  runtime: string,
  env: Record<string, string>,
): Deno.ChildProcess {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", `--config=${here("../../deno.json")}`],
        ...["-P=spawner", here("main.ts"), config, runtime],
      ],
      env,
      stdin: "piped",
      stdout: "piped",
      // A group of its own: a Ctrl-C in the terminal is the phone's to act on.
      detached: true,
    }).spawn();
  } catch (error) {
    const names = refusedVariables(error).filter((name) => !(name in env));
    if (names.length === 0) throw error;
    return startProgram(config, runtime, { ...env, ...keptUnderOtherNames(names) });
  }
}

function lost(): OffhookError {
  return new OffhookError("device-failed", "the process that starts programs is gone", {
    hint: "Start the station again.",
  });
}

/** A device host that is the spawner's child. */
class RemoteHost implements HostChild {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr = new ReadableStream<Uint8Array>({ start: (out) => out.close() });
  readonly status: Promise<void>;
  readonly #encoder = new TextEncoder();
  readonly #settle: () => void;
  #out: ReadableStreamDefaultController<Uint8Array> | undefined;

  readonly #spawner: Deno.ChildProcess;

  constructor(readonly pid: number, spawner: Deno.ChildProcess, readonly kill: () => void) {
    this.#spawner = spawner;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.status = promise;
    this.#settle = resolve;
    this.stdout = new ReadableStream({ start: (out) => void (this.#out = out) });
  }

  print(text: string): void {
    this.#out?.enqueue(this.#encoder.encode(`${text}\n`));
  }

  end(): void {
    this.#out?.close();
    this.#out = undefined;
    this.#settle();
  }

  /** It holds back what waits for its end, as long as the spawner that tells of it does. */
  ref(): void {
    this.#spawner.ref();
  }

  unref(): void {
    this.#spawner.unref();
  }
}
