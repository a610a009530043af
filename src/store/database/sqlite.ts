/**
 * SQLite behind a small typed interface; the only file that imports the binding.
 *
 *     history, contacts ──► Database.all/get/run/transaction ──► node:sqlite ──► file
 *
 * Every failure leaves here as an {@link OffhookError}. Statements are prepared once and kept: all
 * SQL in this folder is constant text, so their number is bounded. Not on the real-time path; calls
 * block the thread for as long as the disk takes.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { OffhookError } from "../../base/mod.ts";

/** What a column holds and a parameter may be. */
export type SqlValue = null | number | string | Uint8Array;

export interface DatabaseOptions {
  readOnly: boolean;
  /** How long a statement waits for another process's transaction. */
  busyTimeoutMs: number;
}

/** Primary result codes of SQLite that mean a broken file (https://sqlite.org/rescode.html). */
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const CONSTRAINT = 19;
const BUSY = 5;
const LOCKED = 6;

/** One open connection. Owned by whoever opened it; {@link close} it once. */
export class Database {
  readonly path: string;
  readonly readOnly: boolean;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  #damaged = false;

  /** @throws OffhookError `store-failed` when the file cannot be opened */
  constructor(path: string, options: DatabaseOptions) {
    this.path = path;
    this.readOnly = options.readOnly;
    this.#connection = this.#guarded(() =>
      new DatabaseSync(path, {
        readOnly: options.readOnly,
        timeout: options.busyTimeoutMs,
        enableForeignKeyConstraints: true,
      })
    );
  }

  /** True once SQLite has called the file broken; the next opening then checks the whole of it. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** All rows, as plain objects of the columns that `Row` names. */
  all<Row extends object>(sql: string, ...parameters: SqlValue[]): Row[] {
    return this.#guarded(() => this.#prepared(sql).all(...parameters)) as Row[];
  }

  get<Row extends object>(sql: string, ...parameters: SqlValue[]): Row | undefined {
    return this.#guarded(() => this.#prepared(sql).get(...parameters)) as Row | undefined;
  }

  /** Row by row, for what may be large or broken half-way; the statement is its own. */
  *each<Row extends object>(sql: string, ...parameters: SqlValue[]): Generator<Row, void> {
    const rows = this.#guarded(() => this.#connection.prepare(sql).iterate(...parameters));
    while (true) {
      const next = this.#guarded(() => rows.next());
      if (next.done === true) return;
      yield next.value as Row;
    }
  }

  /** Runs a statement that changes rows. @returns how many */
  run(sql: string, ...parameters: SqlValue[]): number {
    return Number(this.#guarded(() => this.#prepared(sql).run(...parameters)).changes);
  }

  /** Runs a script of several statements, without parameters. */
  exec(script: string): void {
    this.#guarded(() => this.#connection.exec(script));
  }

  /** The value of a pragma that returns one. */
  pragma(name: string): SqlValue {
    const row = this.#guarded(() => this.#connection.prepare(`PRAGMA ${name}`).get());
    return row === undefined ? null : Object.values(row)[0] as SqlValue;
  }

  /**
   * All of `work` or nothing of it. A transaction inside another is part of the outer one.
   *
   * @throws whatever `work` throws, after the roll-back
   */
  transaction<Result>(work: () => Result): Result {
    if (this.#inTransaction) return work();
    this.exec("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#guarded(() => this.#connection.close());
  }

  /** Some failures (disk full) have rolled back already: then there is nothing left to do. */
  #rollBack(): void {
    try {
      this.#connection.exec("ROLLBACK");
    } catch {
      // The error that brought us here is the one to tell.
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      const error = storeError(this.path, thrown);
      if (error.data?.damaged === true) this.#damaged = true;
      throw error;
    }
  }
}

/** True when the file itself is broken, so that waiting or trying again cannot help. */
export function isDamage(error: unknown): boolean {
  return error instanceof OffhookError && error.code === "store-failed" &&
    error.data?.damaged === true;
}

/**
 * What SQLite threw, as ours. The binding leaves the result code away on some ways (scripts, open):
 * there SQLite's constant English text is all there is.
 */
function storeError(path: string, thrown: unknown): OffhookError {
  if (thrown instanceof OffhookError) return thrown;
  const { message, errcode } = thrown as { message?: string; errcode?: number };
  const text = message ?? String(thrown);
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (!isSqliteError(thrown) || primary === CONSTRAINT) return OffhookError.from(thrown);
  const says = (code: number | undefined, pattern: RegExp) =>
    code !== undefined && primary === code || pattern.test(text);
  if (says(CORRUPT, /malformed/) || says(NOT_A_DATABASE, /not a database/)) {
    return new OffhookError("store-failed", `the store ${path} is damaged: ${text}`, {
      hint: "Start the phone again: it sets a damaged store aside and begins a new one.",
      data: { path, damaged: true },
      cause: thrown,
    });
  }
  if (says(BUSY, /database is locked/) || primary === LOCKED) {
    return new OffhookError("store-locked", `the store ${path} is busy: ${text}`, {
      hint: "Another process keeps a transaction open; try again.",
      data: { path },
      cause: thrown,
    });
  }
  return new OffhookError("store-failed", `the store ${path} failed: ${text}`, {
    hint: "See that its folder exists, can be written, and has space left.",
    data: { path },
    cause: thrown,
  });
}

function isSqliteError(thrown: unknown): boolean {
  return (thrown as { code?: string } | null)?.code === "ERR_SQLITE_ERROR";
}
