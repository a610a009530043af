/** Calls that were refused because the policy does not let their source call. Pure. */

/** What is counted of them since `since`. */
export interface Strangers {
  /** ms since the epoch; a day later the sources are forgotten, and told anew. */
  since: number;
  /** Calls since the phone was opened. */
  refused: number;
  /** Calls of each source, at most {@link MAX_SOURCES} of them. */
  sources: ReadonlyMap<string, number>;
}

/** Sources that are known apart; who can forge addresses must not fill the memory, nor the log. */
const MAX_SOURCES = 256;
const DAY_MS = 24 * 3_600_000;

export const NO_STRANGERS: Strangers = { since: 0, refused: 0, sources: new Map() };

/** One more call; `news` says whether its source is to be told. */
export function countStranger(
  known: Strangers,
  source: string,
  at: number,
): { strangers: Strangers; news: "source" | "many" | undefined } {
  const old = at - known.since > DAY_MS;
  const sources = new Map(old ? [] : known.sources);
  const before = sources.get(source);
  const full = before === undefined && sources.size >= MAX_SOURCES;
  if (!full) sources.set(source, (before ?? 0) + 1);
  // All that find no room are one source, told once.
  const others = full ? sources.get("others") ?? 0 : 0;
  if (full) sources.set("others", others + 1);
  const strangers = { since: old ? at : known.since, refused: known.refused + 1, sources };
  if (full) return { strangers, news: others === 0 ? "many" : undefined };
  return { strangers, news: before === undefined ? "source" : undefined };
}
