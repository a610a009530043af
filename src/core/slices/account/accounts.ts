/** Registration and connection of accounts: signalling runs them, the core remembers and tells. */
import {
  type Account,
  type AccountId,
  type AccountState,
  accountViews,
} from "../../account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { SipInput } from "../../ports/mod.ts";
import type { Turn } from "../../state/mod.ts";

/** One of which nothing is known yet. */
export function newAccount(account: Account): AccountState {
  return { account, registration: { state: "none" }, connected: false };
}

/** Other accounts. What is known of one that is the same as before stays known. */
export function configureAccounts(turn: Turn, accounts: readonly Account[]): void {
  const before = turn.accounts;
  turn.putAccounts(accounts.map((account) => {
    const known = before.get(account.id);
    const same = known !== undefined && JSON.stringify(known.account) === JSON.stringify(account);
    return same ? known : newAccount(account);
  }));
  const changed = turn.accounts.size !== before.size ||
    [...turn.accounts].some(([id, each]) => before.get(id) !== each);
  if (changed) turn.events.push({ type: "accounts", accounts: accountViews(turn.accounts) });
}

/** @throws OffhookError `config-invalid` for an unknown account */
export function register(turn: Turn, account: AccountId, type: "Register" | "Unregister"): void {
  if (!turn.accounts.has(account)) {
    throw new OffhookError("config-invalid", `there is no account "${account}"`, {
      hint: `Accounts: ${[...turn.accounts.keys()].join(", ") || "none"}.`,
      data: { account },
    });
  }
  turn.ask({ type, account });
}

export function registrationChanged(
  turn: Turn,
  { account, registration }: Extract<SipInput, { type: "RegistrationChanged" }>,
): void {
  update(turn, account, { registration });
  turn.events.push({ type: "registration", account, registration });
}

export function connectionChanged(
  turn: Turn,
  { account, connected, error }: Extract<SipInput, { type: "ConnectionChanged" }>,
): void {
  const known = turn.accounts.get(account);
  update(turn, account, { connected });
  if (connected && known?.connected) return;
  turn.events.push({
    type: "connection",
    account,
    connected,
    ...(error === undefined ? {} : { error }),
  });
}

/** The first one is where the phone began. */
export function addressChanged(
  turn: Turn,
  { account, address }: Extract<SipInput, { type: "AddressChanged" }>,
): void {
  const before = turn.accounts.get(account)?.address;
  update(turn, account, { address });
  if (before !== undefined) turn.events.push({ type: "address", account, address, before });
}

export function flowsChanged(
  turn: Turn,
  { account, flows }: Extract<SipInput, { type: "FlowsChanged" }>,
): void {
  update(turn, account, { flows });
  turn.events.push({ type: "flows", account, flows });
}

/** Told once: signalling sends none after it. */
export function qualityReportsRefused(
  turn: Turn,
  { account, status, reason }: Extract<SipInput, { type: "QualityReportsRefused" }>,
): void {
  turn.notice(
    `${account}: the collector takes no quality reports (${`${status} ${reason}`.trimEnd()}): ` +
      "no more are sent",
  );
}

/** The message was taken all the same: what is left of it may explain what follows. */
export function responseMalformed(
  turn: Turn,
  { account, method, status, headers }: Extract<SipInput, { type: "ResponseMalformed" }>,
): void {
  const what = `${method} (${status}) without its malformed ${headers.join(", ")}`;
  turn.notice(`read an answer of ${account || "a peer"} to our ${what}`);
}

function update(turn: Turn, account: AccountId, change: Partial<AccountState>): void {
  const known = turn.accounts.get(account);
  if (known === undefined) turn.notice(`news of an unknown account "${account}"`);
  else turn.putAccount({ ...known, ...change });
}
