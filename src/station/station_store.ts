/**
 * History and contacts of a station: one file, written for as long as the station lives.
 *
 *     open ─► the phone's events become records ─► old ones are forgotten, daily ─► close
 *
 * A store that cannot be opened costs the history, not the phone. Not on the real-time path.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Phone } from "../control/phone.ts";
import type { Providers } from "../control/records.ts";
import { OffhookError } from "../core/errors.ts";
import { fileReason } from "../core/file_reason.ts";
import { openStore, type Store } from "../store/store.ts";
import { historyLog } from "./history_log.ts";
import type { WriteLog } from "./log_line.ts";

const DAY_MS = 86_400_000;

/** What is forgotten; absent: nothing for that reason. */
export interface Retention {
  /** Calls older than this. */
  historyDays?: number;
  /** Calls beyond so many. */
  historyCalls?: number;
}

export class StationStore {
  readonly #store: Store;
  readonly #log: WriteLog;
  readonly #daily: ReturnType<typeof setInterval>;
  #retention: Retention = {};

  private constructor(store: Store, log: WriteLog) {
    this.#store = store;
    this.#log = log;
    this.#daily = setInterval(() => this.#forget(), DAY_MS);
  }

  /** @returns undefined when it cannot be opened: why is in the log */
  static open(
    path: string,
    phone: Phone & { provide(providers: Providers): void },
    log: WriteLog,
  ): StationStore | undefined {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const store = openStore({ path, mode: "write", now: Date.now });
      store.notices.forEach(({ message }) => log(message, { level: "warning" }));
      phone.provide({ history: store.history, contacts: store.contacts });
      const station = new StationStore(store, log);
      void phone.subscribe(historyLog(store.history, (error) => station.#failed(error)));
      return station;
    } catch (error) {
      const why = error instanceof OffhookError ? error.message : `${path}: ${fileReason(error)}`;
      log(`no history is kept: ${why}`, { level: "error" });
      return undefined;
    }
  }

  /** Forgets by these rules, now and every day. */
  keep(retention: Retention): void {
    this.#retention = retention;
    this.#forget();
  }

  close(): void {
    clearInterval(this.#daily);
    this.#store.close();
  }

  #forget(): void {
    const { historyDays: days, historyCalls: keep } = this.#retention;
    if (days === undefined && keep === undefined) return;
    try {
      this.#store.history.prune({
        ...(days === undefined ? {} : { before: Date.now() - days * DAY_MS }),
        ...(keep === undefined ? {} : { keep }),
      });
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#log(`history: ${OffhookError.from(error).message}`, { level: "error" });
  }
}
