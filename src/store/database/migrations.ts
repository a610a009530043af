/**
 * The schema, as numbered migrations.
 *
 *     user_version 0 ──1──► 1 ──2──► 2 … ──► LATEST
 *
 * Each step runs in one transaction with its number, so that a killed process leaves either the old
 * version or the new one. A migration that has been released is never edited: the next one changes
 * what it did.
 */
import { OffhookError } from "../../base/mod.ts";
import type { Database } from "./sqlite.ts";

export interface Migration {
  /** `user_version` afterwards; consecutive from 1. */
  version: number;
  /** What it brings, in a few words. */
  name: string;
  sql: string;
}

/** `PRAGMA application_id` of our files: "ofhk". Tells a foreign database from a store. */
const APPLICATION_ID = 0x6f66686b;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "call history",
    // `id` is the core's; with the start time it stays unique even if ids are used again.
    sql: `
      CREATE TABLE calls (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        sip_call_id TEXT,
        account TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
        remote_uri TEXT NOT NULL,
        remote_name TEXT,
        outcome TEXT,
        sip_status INTEGER NOT NULL,
        reason TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        answered_at INTEGER,
        ended_at INTEGER,
        codec TEXT,
        quality TEXT,
        recording TEXT,
        ended_by TEXT NOT NULL,
        search_text TEXT NOT NULL,
        search_digits TEXT NOT NULL,
        UNIQUE (id, started_at)
      ) STRICT;
      CREATE INDEX calls_by_time ON calls (started_at DESC, seq DESC);
      CREATE INDEX calls_live ON calls (seq) WHERE outcome IS NULL;
    `,
  },
  {
    version: 2,
    name: "contacts",
    sql: `
      CREATE TABLE contacts (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        given_name TEXT NOT NULL,
        family_name TEXT NOT NULL,
        organisation TEXT NOT NULL,
        note TEXT NOT NULL,
        favourite INTEGER NOT NULL,
        extra TEXT NOT NULL
      ) STRICT;
      CREATE TABLE contact_addresses (
        contact TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        value TEXT NOT NULL,
        labels TEXT NOT NULL,
        preferred INTEGER NOT NULL,
        PRIMARY KEY (contact, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE contact_groups (
        contact TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (contact, position)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 3,
    name: "how a call was encrypted",
    sql: "ALTER TABLE calls ADD COLUMN encryption TEXT;",
  },
];

/** Tables in the order in which rows may be inserted (referenced ones first), with their own order. */
export const TABLES = [
  { name: "calls", key: ["rowid"] },
  { name: "contacts", key: ["rowid"] },
  { name: "contact_addresses", key: ["contact", "position"] },
  { name: "contact_groups", key: ["contact", "position"] },
] as const;

export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * The file's version, when it is one of ours that this version can use.
 *
 * @throws OffhookError `store-newer` for a file of a later version: going back would lose what only
 *   that version knows; `store-failed` for a database of another program
 */
export function readVersion(database: Database, migrations: readonly Migration[]): number {
  const { path } = database;
  const version = Number(database.pragma("user_version"));
  const latest = latestVersion(migrations);
  const foreign = Number(database.pragma("application_id")) !== APPLICATION_ID;
  if (foreign && !(version === 0 && hasNoTables(database))) {
    throw new OffhookError("store-failed", `${path} is a database of another program`, {
      hint: "Move it away, or name another state folder.",
      data: { path },
    });
  }
  if (version > latest) {
    throw new OffhookError(
      "store-newer",
      `${path} has schema version ${version}, this phone knows versions up to ${latest}`,
      {
        hint: "Use the newer version of offhook that wrote it, or move the file away.",
        data: { path, version, latest },
      },
    );
  }
  return version;
}

function hasNoTables(database: Database): boolean {
  return database.get("SELECT name FROM sqlite_master LIMIT 1") === undefined;
}

/** Brings the file to the latest version. @returns the migrations that ran */
export function migrate(database: Database, migrations: readonly Migration[]): Migration[] {
  const version = readVersion(database, migrations);
  const due = migrations.filter((migration) => migration.version > version);
  for (const migration of due) {
    database.transaction(() => {
      database.exec(migration.sql);
      // Pragmas take no parameters; both values are numbers of ours.
      database.exec(`PRAGMA user_version = ${migration.version}`);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    });
  }
  return due;
}
