/**
 * A headless Chromium with one page, in the hands of a test.
 *
 *     test ─ evaluate ─► DevTools protocol (JSON over WebSocket) ─► page
 *     test ◄──────── words ──────── tell(word) in the page
 */
import { Changes } from "./changes.ts";
import { PeerProcess } from "./peer_process.ts";
import type { Scratch } from "./scratch.ts";

/** As root there is no sandbox; nothing is asked of the internet. */
const ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--no-pings",
  "--autoplay-policy=no-user-gesture-required",
  "--remote-debugging-port=0",
];

/** An answer, or an event of the page. */
interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

type Waiting = PromiseWithResolvers<Record<string, unknown>>;

/** How long a start may take on a busy machine, ms. */
const START_MS = 30_000;

export class Chromium {
  readonly process: PeerProcess;
  /** What the page told so far, and what its console said. */
  readonly told: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #changes = new Changes();
  #session: string | undefined;
  #last = 0;
  /** How many words are over. */
  #read = 0;

  private constructor(process: PeerProcess, socket: WebSocket) {
    this.process = process;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    process.exited.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error("chromium ended"));
    });
  }

  /** Starts it; the page is loaded when this resolves. @param flags more than every start has */
  static async start(scratch: Scratch, url: string, flags: string[] = []): Promise<Chromium> {
    const home = scratch.file("chromium");
    const process = PeerProcess.start(scratch, {
      name: "chromium",
      command: "chromium",
      args: [...ARGUMENTS, ...flags, `--user-data-dir=${home}/profile`, "about:blank"],
      env: { HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_CACHE_HOME: `${home}/cache` },
    });
    const [, address] = await process.waitFor(/DevTools listening on (ws:\S+)/, START_MS);
    const socket = new WebSocket(address!);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.onclose = () => resolve();
    await new Promise((open, fail) => {
      socket.onopen = open;
      socket.onerror = () => fail(new Error(`no DevTools at ${address}`));
    });
    scratch.defer(() => {
      socket.close();
      return closed;
    });
    const chromium = new Chromium(process, socket);
    await chromium.#open(url);
    return chromium;
  }

  /** The value of an expression in the page; of a promise what it resolves to. @throws what it throws */
  async evaluate(expression: string): Promise<unknown> {
    const parameters = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const answer = await this.#ask("Runtime.evaluate", parameters) as {
      result: { value?: unknown };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    const { exceptionDetails: failure, result } = answer;
    if (failure === undefined) return result.value;
    throw new Error(`the page: ${failure.exception?.description ?? failure.text}`);
  }

  /** Waits until the page tells a word, after the one that was waited for before. */
  async waitFor(word: string, timeoutMs = 15_000): Promise<void> {
    const look = () => {
      const at = this.told.indexOf(word, this.#read);
      return at < 0 ? undefined : at + 1;
    };
    const complain = () =>
      `the page did not tell ${word}, but:\n${this.told.slice(-30).join("\n")}`;
    this.#read = await this.#changes.until(look, timeoutMs, complain);
  }

  async #open(url: string): Promise<void> {
    const { targetInfos } = await this.#ask("Target.getTargets") as {
      targetInfos: { targetId: string; type: string }[];
    };
    const { targetId } = targetInfos.find(({ type }) => type === "page")!;
    const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
    this.#session = sessionId as string;
    await this.#ask("Runtime.enable");
    await this.#ask("Page.enable");
    await this.#ask("Runtime.addBinding", { name: "tell" });
    await this.#ask("Page.navigate", { url });
    await this.waitFor("loaded", START_MS);
  }

  #ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const waiting: Waiting = Promise.withResolvers();
    this.#waiting.set(id, waiting);
    const sessionId = this.#session;
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return waiting.promise.finally(() => this.#waiting.delete(id));
  }

  #take({ id, method, params, result, error }: Message): void {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      if (error) waiting?.reject(new Error(`DevTools: ${error.message}`));
      else waiting?.resolve(result ?? {});
      return;
    }
    const word = wordOf(method, params);
    if (word === undefined) return;
    this.told.push(word);
    this.#changes.notify();
  }
}

function wordOf(method?: string, params?: Record<string, unknown>): string | undefined {
  if (method === "Runtime.bindingCalled") return String(params?.payload);
  if (method !== "Runtime.consoleAPICalled") return undefined;
  const values = params?.args as { value?: unknown; description?: string }[];
  return values.map(({ value, description }) => String(value ?? description)).join(" ");
}
