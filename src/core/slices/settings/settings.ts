/** What a station is told to be: settings and accounts, at once and while calls go on. */
import type { Account } from "../../account/account.ts";
import { accountViews } from "../../account/account_view.ts";
import type { Settings } from "../../state/state.ts";
import type { Turn } from "../../state/turn.ts";

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
