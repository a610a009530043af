/**
 * A practice PBX on loopback with one phone registered to it: what `demo`, the tour and tests begin
 * with.
 */
import { type Account, DEFAULT_CODECS, type TransportName } from "../core/account/mod.ts";
import type { AudioEndpoints } from "../core/ports/mod.ts";
import type { WriteLog } from "../station/log/mod.ts";
import { keepRecords } from "../station/records/mod.ts";
import { type OpenPhone, openPhone, type PhoneOptions } from "../station/phone/mod.ts";
import { PracticePbx } from "./practice_pbx.ts";

export interface PracticeLineOptions {
  transport: TransportName;
  endpoints: AudioEndpoints;
  trace?: PhoneOptions["trace"];
  log: WriteLog;
}

export interface PracticeLine {
  phone: OpenPhone;
  account: Account;
  /** SIP URI of a number of the PBX. */
  uriOf(number: string): string;
  close(): Promise<void>;
}

const USER = "demo";
const TLS = { minVersion: "1.2", verify: true } as const;

/** @throws OffhookError when loopback cannot be listened on */
export async function openPracticeLine(options: PracticeLineOptions): Promise<PracticeLine> {
  const { transport, endpoints, log, trace } = options;
  const password = crypto.randomUUID();
  const pbx = await PracticePbx.start({
    listen: [{ transport, host: "127.0.0.1", port: 0 }],
    users: new Map([[USER, password]]),
    log,
  });
  const server = `127.0.0.1:${pbx.listening[0].port}`;
  const account: Account = {
    id: USER,
    user: USER,
    server,
    transport,
    register: true,
    expires: 300,
    codecs: [...DEFAULT_CODECS],
    tls: TLS,
  };
  const phone = await openPhone({
    accounts: [{ account, password: () => Promise.resolve(password) }],
    direct: { listen: [], codecs: account.codecs, user: USER, tls: TLS },
    register: false,
    endpoints,
    maxCalls: 4,
    ringMs: 60_000,
    doNotDisturb: false,
    active: "one",
    log,
    ...(trace === undefined ? {} : { trace }),
  }).catch(async (error) => {
    await pbx.close();
    throw error;
  });
  const forget = keepRecords(phone);
  return {
    phone,
    account,
    uriOf: (number) => `sip:${number}@${server}`,
    close: async () => {
      await phone.close();
      forget();
      await pbx.close();
    },
  };
}
