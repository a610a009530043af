/** What faces are told of accounts. */
import {
  type AccountId,
  type AccountState,
  DIRECT_ACCOUNT,
  type KeptFlow,
  type RegistrationState,
} from "./account.ts";

export interface AccountView {
  id: AccountId;
  /** Address of record, `sip:user@server`. */
  uri: string;
  registration: RegistrationState;
  connected: boolean;
  /** Ours, from which its server is reached, numeric; absent before the first connection. */
  address?: string;
  /** By which it is reached as well (RFC 5626); absent: none. */
  flows?: KeptFlow[];
}

/** All of them; what stands for having no account is nobody's account. */
export function accountViews(accounts: ReadonlyMap<AccountId, AccountState>): AccountView[] {
  return [...accounts.values()]
    .filter(({ account }) => account.id !== DIRECT_ACCOUNT)
    .map(({ account, registration, connected, address, flows = [] }) => ({
      id: account.id,
      uri: `sip:${account.user}@${account.server}`,
      registration,
      connected,
      ...(address === undefined ? {} : { address }),
      ...(flows.length === 0 ? {} : { flows }),
    }));
}
