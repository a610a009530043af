/** Whose calls are answered by themselves. Pure. */
import type { PartyIdentity } from "./account.ts";
import { matchesCaller } from "./caller_pattern.ts";

export interface AutoAnswer {
  /** See `matchesCaller`. */
  callers: string[];
  afterMs: number;
}

/**
 * After how many ms a call is answered by itself; undefined: it just rings.
 * @param asked seconds that the caller asked for: only callers of the list may ask
 */
export function autoAnswerMs(
  policy: AutoAnswer | undefined,
  { remote, trusted }: { remote: PartyIdentity; trusted: boolean },
  asked?: number,
): number | undefined {
  // Whoever calls directly can claim any name.
  if (policy === undefined || !trusted) return undefined;
  if (!policy.callers.some((pattern) => matchesCaller(pattern, remote.uri))) return undefined;
  return asked === undefined ? policy.afterMs : asked * 1_000;
}
