/**
 * History and contacts without a phone around them: the methods of the control API that need nothing
 * but the store, beside whoever writes it.
 *
 *     a method that reads ──► the file, read only; no file: nothing is kept yet
 *     a method that writes ─► the file, as its only writer
 *
 * Neither signalling, media nor the schemas of the contract are loaded for it.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "../../base/path/mod.ts";
import type { Methods, Records } from "../../control/contract/mod.ts";
import { recordHandlers } from "../../control/records/mod.ts";
import { STORE_METHODS, type StoreMethod } from "../../control/wire/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";

export interface OwnRecordsOptions {
  /** Of the store's file. */
  path: string;
  now(): number;
  /** Told what a person should know of the opening. */
  notice(message: string): void;
}

export class OwnRecords implements Records {
  readonly #options: OwnRecordsOptions;
  readonly #handlers = recordHandlers(() => this.#open?.store ?? {});
  #open: { store: Store; writes: boolean } | undefined;

  constructor(options: OwnRecordsOptions) {
    this.#options = options;
  }

  /** @throws OffhookError `store-locked` for a change while a station has the store */
  async request<M extends StoreMethod>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"]> {
    this.#need(STORE_METHODS[method]);
    return await this.#handlers[method](params);
  }

  close(): Promise<void> {
    this.#open?.store.close();
    this.#open = undefined;
    return Promise.resolve();
  }

  #need(writes: boolean): void {
    if (this.#open?.writes === writes) return;
    this.#open?.store.close();
    this.#open = undefined;
    const { path, now, notice } = this.#options;
    if (writes) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const exists = writes || statSync(path, { throwIfNoEntry: false }) !== undefined;
    const store = exists
      ? openStore({ path, mode: writes ? "write" : "read", now })
      : openStore({ path: ":memory:", mode: "write", now });
    this.#open = { store, writes };
    if (writes) { for (const { message } of store.notices) notice(message); }
  }
}
