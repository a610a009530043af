/**
 * Call history: one record a call, from its first moment.
 *
 *     put (outcome null) ──► put (outcome) ──► list ──► prune
 *            └── the phone is killed ──► closeInterrupted at the next start
 *
 * A record is plain JSON.
 */
import type { PartyIdentity } from "../../core/account/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import { type HistoryPage, type HistoryQuery, select } from "./history_query.ts";
import { type CallRow, fromRow, type HistoryRecord, searchColumns } from "./history_record.ts";
import { type Database, singleLine } from "../database/mod.ts";

export interface PruneRule {
  /** Calls that started earlier go, ms since the epoch. */
  before?: number;
  /** Only this many newest calls stay. */
  keep?: number;
}

export interface Pruned {
  removed: number;
  /** Recordings that no record names any more; deleting them is the caller's business. */
  recordings: string[];
}

const PUT = `
  INSERT INTO calls (id, sip_call_id, account, direction, remote_uri, remote_name, outcome,
    sip_status, reason, started_at, answered_at, ended_at, codec, quality, recording, ended_by,
    encryption, search_text, search_digits)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id, started_at) DO UPDATE SET
    sip_call_id = excluded.sip_call_id, account = excluded.account,
    remote_uri = excluded.remote_uri, remote_name = excluded.remote_name,
    outcome = excluded.outcome, sip_status = excluded.sip_status, reason = excluded.reason,
    answered_at = excluded.answered_at, ended_at = excluded.ended_at, codec = excluded.codec,
    quality = excluded.quality, recording = excluded.recording, ended_by = excluded.ended_by,
    encryption = excluded.encryption,
    search_text = excluded.search_text, search_digits = excluded.search_digits`;

export class History {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Writes a call, or brings the one with this id and start up to date. What the peer may have
   * chosen (URI, name, reason) loses control characters here: it will stand on terminals.
   */
  put(record: HistoryRecord): void {
    const { quality, encryption } = record;
    const remote = plainParty(record.remote);
    const [text, digits] = searchColumns(remote);
    // deno-fmt-ignore
    this.#database.run(
      PUT, record.id, record.sipCallId, record.account, record.direction, remote.uri,
      remote.displayName ?? null, record.outcome, record.sipStatus, singleLine(record.reason),
      Math.round(record.startedAt), wholeMs(record.answeredAt), wholeMs(record.endedAt), record.codec,
      quality === null ? null : JSON.stringify(quality), record.recording, record.endedBy,
      encryption === null ? null : JSON.stringify(encryption), text, digits,
    );
  }

  /** The call with this id; the newest where an id was used twice. */
  get(id: CallId): HistoryRecord | undefined {
    const row = this.#database.get<CallRow>(
      "SELECT * FROM calls WHERE id = ? ORDER BY started_at DESC, seq DESC LIMIT 1",
      id,
    );
    return row === undefined ? undefined : fromRow(row);
  }

  /**
   * Newest first; live calls included.
   *
   * @throws OffhookError `usage` for a cursor that is none of ours
   */
  list(query: HistoryQuery = {}): HistoryPage {
    return select(this.#database, query);
  }

  /**
   * Ends the records of calls that were live when the phone was killed; call once after opening.
   * When they really ended is not known, and is not made up.
   *
   * @returns how many there were
   */
  closeInterrupted(): number {
    return this.#database.run(`
      UPDATE calls SET
        outcome = CASE WHEN answered_at IS NULL THEN 'failed' ELSE 'answered' END,
        reason = 'the phone stopped before the call ended'
      WHERE outcome IS NULL`);
  }

  /** Deletes ended calls by age and by number; live calls stay. */
  prune(rule: PruneRule): Pruned {
    return this.#database.transaction(() => {
      const doomed = this.#doomed(rule);
      for (const { seq } of doomed) this.#database.run("DELETE FROM calls WHERE seq = ?", seq);
      const paths = new Set(doomed.flatMap((row) => row.recording ?? []));
      return {
        removed: doomed.length,
        recordings: [...paths].filter((path) => !this.#isNamed(path)),
      };
    });
  }

  #doomed(rule: PruneRule): { seq: number; recording: string | null }[] {
    return this.#database.all(
      `SELECT seq, recording FROM calls WHERE outcome IS NOT NULL AND (started_at < ?1 OR seq IN (
         SELECT seq FROM calls ORDER BY started_at DESC, seq DESC LIMIT -1 OFFSET ?2))`,
      rule.before ?? Number.MIN_SAFE_INTEGER,
      rule.keep ?? Number.MAX_SAFE_INTEGER,
    );
  }

  #isNamed(recording: string): boolean {
    return this.#database.get("SELECT 1 FROM calls WHERE recording = ? LIMIT 1", recording) !==
      undefined;
  }
}

/** Clocks may give fractions; the columns take whole ms. */
function wholeMs(time: number | null): number | null {
  return time === null ? null : Math.round(time);
}

function plainParty({ uri, displayName }: PartyIdentity): PartyIdentity {
  return {
    uri: singleLine(uri),
    ...(displayName === undefined ? {} : { displayName: singleLine(displayName) }),
  };
}
