/** Registration and connection of accounts: signalling runs them, the core remembers and tells. */
import type { AccountId, AccountState } from "../../account/account.ts";
import { OffhookError } from "../../../base/errors.ts";
import type { SipInput } from "../../ports/sip_port.ts";
import type { Turn } from "../../state/turn.ts";

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
  update(turn, account, { connected });
  turn.events.push({
    type: "connection",
    account,
    connected,
    ...(error === undefined ? {} : { error }),
  });
}

function update(turn: Turn, account: AccountId, change: Partial<AccountState>): void {
  const known = turn.accounts.get(account);
  if (known === undefined) turn.notice(`news of an unknown account "${account}"`);
  else turn.putAccount({ ...known, ...change });
}
