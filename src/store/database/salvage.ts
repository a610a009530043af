/**
 * Reads what can still be read out of a broken store into a new one.
 *
 * A damaged page usually costs some rows, not the table: each table is read forwards until the fault
 * and then backwards from its end. Whatever cannot be read stays in the file that was set aside. Not
 * on the real-time path; runs once, when a broken store was found.
 */
import { TABLES } from "./migrations.ts";
import { Database, type SqlValue } from "./sqlite.ts";

type Row = Record<string, SqlValue>;

/**
 * @param version only a file of this schema version is read
 * @returns how many rows were saved; 0 when nothing could be read, never throws
 */
export function salvage(brokenPath: string, into: Database, version: number): number {
  let broken: Database | undefined;
  try {
    broken = new Database(brokenPath, { readOnly: true, busyTimeoutMs: 0 });
    if (Number(broken.pragma("user_version")) !== version) return 0;
    const source = broken;
    return into.transaction(() =>
      TABLES.reduce((sum, table) => sum + copy(source, into, table), 0)
    );
  } catch {
    return 0;
  } finally {
    try {
      broken?.close();
    } catch {
      // It is broken: that it does not close well is no news.
    }
  }
}

function copy(source: Database, into: Database, table: (typeof TABLES)[number]): number {
  const names = into.all<{ name: string }>(`PRAGMA table_info(${table.name})`).map((c) => c.name);
  const insert = `INSERT OR IGNORE INTO ${table.name} (${names}) VALUES (${names.map(() => "?")})`;
  let saved = 0;
  for (const order of ["ASC", "DESC"]) {
    // In the order of the table itself; another index may be what is broken.
    const by = table.key.map((column) => `${column} ${order}`);
    const rows = source.each<Row>(`SELECT ${names} FROM ${table.name} NOT INDEXED ORDER BY ${by}`);
    saved += insertAll(rows, into, insert, names);
  }
  return saved;
}

function insertAll(rows: Iterable<Row>, into: Database, insert: string, names: string[]): number {
  let saved = 0;
  try {
    for (const row of rows) {
      try {
        saved += into.run(insert, ...names.map((name) => row[name] ?? null));
      } catch {
        // A row that the schema refuses (a contact's number without its contact): the next one.
      }
    }
  } catch {
    // The fault: the other direction may reach what is behind it.
  }
  return saved;
}
