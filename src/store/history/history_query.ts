/**
 * Filters and pages over the call history.
 *
 * Pages go by a cursor, the place of the last record seen, so that calls that come in between
 * neither repeat nor skip one.
 */
import type { AccountId } from "../../core/account/mod.ts";
import type { Outcome } from "../../core/state/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { type CallRow, fromRow, type HistoryRecord } from "./history_record.ts";
import { type Database, fold, type SqlValue } from "../database/mod.ts";

/** All given conditions hold together. */
export interface HistoryQuery {
  direction?: HistoryRecord["direction"];
  /** Any of these. */
  outcomes?: readonly Outcome[];
  /** Only missed calls: the same as `outcomes: ["missed"]`. */
  missed?: boolean;
  /** Started at this time or later, ms since the epoch. */
  since?: number;
  /** Started before this time. */
  until?: number;
  /** Part of the remote's name, URI or number; case, diacritics and number formatting do not count. */
  remote?: string;
  account?: AccountId;
  /** Default 50, at most 1000. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface HistoryPage {
  records: HistoryRecord[];
  /** Null: this was the last page. */
  next: string | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

/** A condition and the values of its parameters. */
type Condition = [sql: string, ...values: SqlValue[]];

export function select(database: Database, query: HistoryQuery): HistoryPage {
  const limit = Math.min(Math.max(1, Math.trunc(query.limit ?? DEFAULT_LIMIT)), MAX_LIMIT);
  const conditions = conditionsOf(query);
  const where = conditions.map(([sql]) => `(${sql})`).join(" AND ") || "1";
  const rows = database.all<CallRow>(
    `SELECT * FROM calls WHERE ${where} ORDER BY started_at DESC, seq DESC LIMIT ?`,
    ...conditions.flatMap(([, ...values]) => values),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { records: page.map(fromRow), next: more ? `${last.started_at}.${last.seq}` : null };
}

function conditionsOf(query: HistoryQuery): Condition[] {
  const { direction, outcomes, missed, since, until, remote, account, cursor } = query;
  const conditions: Condition[] = [];
  if (direction !== undefined) conditions.push(["direction = ?", direction]);
  if (account !== undefined) conditions.push(["account = ?", account]);
  if (missed === true) conditions.push(["outcome = 'missed'"]);
  if (outcomes !== undefined) {
    // One parameter however many there are: the number of different statements stays small.
    conditions.push(["outcome IN (SELECT value FROM json_each(?))", JSON.stringify(outcomes)]);
  }
  if (since !== undefined) conditions.push(["started_at >= ?", since]);
  if (until !== undefined) conditions.push(["started_at < ?", until]);
  if (remote !== undefined && remote.trim() !== "") conditions.push(remoteCondition(remote.trim()));
  if (cursor !== undefined) conditions.push(["(started_at, seq) < (?, ?)", ...parseCursor(cursor)]);
  return conditions;
}

function remoteCondition(remote: string): Condition {
  const digits = remote.replace(/\D/g, "");
  const looksLikeNumber = /^[+\d\s()./*#-]+$/.test(remote) && digits.length >= 2;
  if (!looksLikeNumber) return ["instr(search_text, ?)", fold(remote)];
  return ["instr(search_text, ?) OR instr(search_digits, ?)", fold(remote), digits];
}

function parseCursor(cursor: string): [number, number] {
  const match = /^(-?\d{1,15})\.(\d{1,15})$/.exec(cursor);
  if (match === null) {
    throw new OffhookError("usage", `"${cursor}" is not a cursor of the call history`, {
      hint: "Leave it out for the newest calls, or give the `next` of the page before.",
    });
  }
  return [Number(match[1]), Number(match[2])];
}
