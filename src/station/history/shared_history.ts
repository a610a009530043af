/**
 * The history of a phone that no station serves: one command's calls, written beside a station or
 * another command that has the store open.
 *
 *     call events ─ kept until the far end answers somehow ─► the store is opened ─► written
 *
 * So nothing of the store is loaded before an INVITE is out, nor by a phone that makes no call.
 */
import { dirname } from "../../base/path/mod.ts";
import type { Phone, Sequenced } from "../../control/contract/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { WriteLog } from "../log/mod.ts";
import { historyLog } from "./history_log.ts";

/** Another process may be making the file just now; ms between two tries, and how many there are. */
const RETRY_MS = 20;
const TRIES = 50;

export class SharedHistory {
  readonly #path: string;
  readonly #log: WriteLog;
  /** Until the store is open. */
  readonly #early: Sequenced[] = [];
  #write: (event: Sequenced) => void = (event) => this.#early.push(event);
  #opening: Promise<Store | undefined> | undefined;

  /** @param path of the store's file */
  constructor(path: string, phone: Pick<Phone, "subscribe">, log: WriteLog) {
    this.#path = path;
    this.#log = log;
    void phone.subscribe((event) => this.#note(event));
  }

  /** When everything is written. Never rejects: a history that cannot be had costs no call. */
  async close(): Promise<void> {
    if (this.#early.length > 0) this.#opening ??= this.#open();
    (await this.#opening)?.close();
  }

  #note(event: Sequenced): void {
    if (!event.type.startsWith("call.")) return;
    this.#write(event);
    if (event.type === "call.dialling" || event.type === "call.incoming") return;
    this.#opening ??= this.#open();
  }

  async #open(): Promise<Store | undefined> {
    try {
      const store = await openBeside(this.#path);
      this.#write = historyLog(store.history, (error) => this.#failed(error));
      for (const event of this.#early.splice(0)) this.#write(event);
      return store;
    } catch (error) {
      this.#failed(error);
      this.#early.length = 0;
      this.#write = () => {};
      return undefined;
    }
  }

  #failed(error: unknown): void {
    this.#log(`history: ${OffhookError.from(error).message}`, { level: "warning" });
  }
}

/** @throws OffhookError when it cannot be opened */
async function openBeside(path: string): Promise<Store> {
  const { openStore } = await lazily<typeof import("../../store/store.ts")>(
    import.meta.url,
    "../../store/store.ts",
  );
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let left = TRIES;; left--) {
    try {
      return openStore({ path, mode: "append", now: Date.now });
    } catch (error) {
      if (!isLocked(error) || left === 0) throw error;
    }
    try {
      // Nobody has made it, or brought it up to date: that takes the one writer, for a moment.
      openStore({ path, mode: "write", now: Date.now }).close();
    } catch (error) {
      if (!isLocked(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof OffhookError && error.code === "store-locked";
}
