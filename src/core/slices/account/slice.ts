/** Accounts: which transition takes what. */
import type { CallId, SipInput } from "../../ports/mod.ts";
import type { AccountCommand, Slice } from "../../state/mod.ts";
import {
  addressChanged,
  connectionChanged,
  flowsChanged,
  newAccount,
  qualityReportsRefused,
  register,
  registrationChanged,
  responseMalformed,
} from "./accounts.ts";

/** Everything that names no call. */
type AccountNews = Exclude<SipInput, { call: CallId }>;

export const ACCOUNT: Slice<"accounts", AccountCommand, AccountNews> = {
  initial: ({ accounts }) => ({
    accounts: new Map(accounts.map((account) => [account.id, newAccount(account)])),
  }),
  commands: {
    Register: (turn, { account }) => register(turn, account, "Register"),
    Unregister: (turn, { account }) => register(turn, account, "Unregister"),
  },
  news: {
    RegistrationChanged: registrationChanged,
    ConnectionChanged: connectionChanged,
    AddressChanged: addressChanged,
    FlowsChanged: flowsChanged,
    QualityReportsRefused: qualityReportsRefused,
    ResponseMalformed: responseMalformed,
  },
  timers: {},
};
