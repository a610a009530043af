/** What a station is told to be: settings and accounts, at once and while calls go on. */
import type { Account } from "../account/account.ts";
import { accountViews } from "../account/account_view.ts";
import { matchesCaller } from "../account/caller_pattern.ts";
import type { Call } from "../state/call.ts";
import type { Settings } from "../state/state.ts";
import { isIn, type Turn } from "../state/turn.ts";
import { answer } from "../call/incoming.ts";

/** Replaces both. What is known of an account that is the same as before stays known. */
export function configure(turn: Turn, settings: Settings, accounts: readonly Account[]): void {
  const before = { ...turn.settings, accounts: turn.accounts };
  turn.putSettings(settings);
  turn.putAccounts(accounts.map((account) => {
    const known = turn.accounts.get(account.id);
    const same = known !== undefined && JSON.stringify(known.account) === JSON.stringify(account);
    return same ? known : { account, registration: { state: "none" }, connected: false };
  }));
  const changed = turn.accounts.size !== before.accounts.size ||
    [...turn.accounts].some(([id, each]) => before.accounts.get(id) !== each);
  if (changed) turn.events.push({ type: "accounts", accounts: accountViews(turn.accounts) });
  if (settings.doNotDisturb !== before.doNotDisturb) {
    turn.events.push({ type: "do-not-disturb", on: settings.doNotDisturb });
  }
}

export function setDoNotDisturb(turn: Turn, on: boolean): void {
  turn.putSettings({ ...turn.settings, doNotDisturb: on });
  turn.events.push({ type: "do-not-disturb", on });
}

/**
 * After how many ms the call is answered by itself; undefined: it just rings.
 * @param asked seconds that the caller asked for: only callers of the list may ask
 */
export function autoAnswerMs(
  turn: Turn,
  { remote, trusted }: Call,
  asked?: number,
): number | undefined {
  const { autoAnswer } = turn.settings;
  // Whoever calls directly can claim any name.
  if (autoAnswer === undefined || !trusted) return undefined;
  if (!autoAnswer.callers.some((pattern) => matchesCaller(pattern, remote.uri))) return undefined;
  return asked === undefined ? autoAnswer.afterMs : asked * 1_000;
}

/** Nobody who talks is put on hold by it: then the call goes on ringing. */
export function autoAnswer(turn: Turn, call: Call): void {
  if (!isIn(call, "ringing")) return;
  const others = [...turn.calls.values()].filter(({ id }) => id !== call.id);
  if (others.some(({ phase }) => phase.name !== "ending" && phase.name !== "ringing")) {
    return turn.notice("not answered by itself: another call is on", call.id);
  }
  answer(turn, { type: "Answer", call: turn.put({ ...call, autoAnswered: true }).id });
}
