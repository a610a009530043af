/**
 * History and contacts of a station: one file, written for as long as the station lives.
 *
 *     open ─► the phone's events become records ─► old ones are forgotten, daily ─► close
 *
 * A store that cannot be opened costs the history, not the phone.
 */
import { dirname } from "../../base/path/mod.ts";
import type { Phone, Providers } from "../../control/contract/mod.ts";
import { fileReason, OffhookError } from "../../base/mod.ts";
import type { HistoryRecord } from "../../store/history/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { historyLog } from "../history/mod.ts";
import type { WriteLog } from "../log/mod.ts";

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
  #trouble: string | undefined;

  private constructor(store: Store, log: WriteLog) {
    this.#store = store;
    this.#log = log;
    this.#daily = setInterval(() => this.#forget(), DAY_MS);
  }

  /** @throws OffhookError when it cannot be opened */
  static open(
    path: string,
    phone: Phone & { provide(providers: Providers): void },
    log: WriteLog,
  ): StationStore {
    try {
      Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const store = openStore({ path, mode: "write", now: Date.now });
      store.notices.forEach(({ message }) => log(message, { level: "warning" }));
      phone.provide({ history: store.history, contacts: store.contacts });
      const station = new StationStore(store, log);
      const history = { put: (record: HistoryRecord) => station.#put(record) };
      void phone.subscribe(historyLog(history, (error) => station.#failed(error)));
      return station;
    } catch (error) {
      if (error instanceof OffhookError) throw error;
      throw new OffhookError("file-unusable", `${path}: ${fileReason(error)}`, { cause: error });
    }
  }

  /** Why the last record could not be written; undefined: it was. */
  get trouble(): string | undefined {
    return this.#trouble;
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

  #put(record: HistoryRecord): void {
    this.#store.history.put(record);
    this.#trouble = undefined;
  }

  #failed(error: unknown): void {
    this.#trouble = `history: ${OffhookError.from(error).message}`;
    this.#log(this.#trouble, { level: "error" });
  }
}
