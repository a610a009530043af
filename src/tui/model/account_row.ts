/** An account as it is shown: its registration, and when a failed one is tried again. Pure. */
import type { AccountView } from "../../core/account/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";

export interface AccountRow extends AccountView {
  /** ms since the epoch of the last news. */
  changedAt: number;
  /** When a failed registration is tried again. */
  retryAt?: number;
  /** Why the connection is down. */
  connectionError?: ErrorJson;
}

/** What changed of it; undefined takes a value away. */
export type AccountNews = { [K in keyof AccountRow]?: AccountRow[K] | undefined };

/** The accounts there are now, with what is known of those that were there before. */
export function accountRows(
  rows: readonly AccountRow[],
  accounts: readonly AccountView[],
  at: number,
): AccountRow[] {
  return accounts.map((account) => {
    const before = rows.find(({ id }) => id === account.id);
    return withRetry({ ...before, ...account, changedAt: before?.changedAt ?? at }, at);
  });
}

export function changedRow(row: AccountRow, news: AccountNews, at: number): AccountRow {
  const merged = Object.fromEntries(
    Object.entries({ ...row, ...news }).filter(([, value]) => value !== undefined),
  ) as unknown as AccountRow;
  return news.registration === undefined ? merged : withRetry(merged, at);
}

function withRetry(account: AccountRow, at: number): AccountRow {
  const { retryAt: _, ...rest } = account;
  const { registration } = account;
  if (registration.state !== "failed" || registration.retryInMs === undefined) return rest;
  return { ...rest, retryAt: at + registration.retryInMs };
}
