/**
 * What `dial`, `answer` and `register` have in common: a phone that is opened, listened to,
 * interrupted and closed in any case.
 *
 *     open phone ─► subscribe ─► body ─► close phone (un-registers, ends calls)
 *     SIGINT ─────► interrupted ─► body hangs up and returns ─► 130
 *
 * Not on the real-time path.
 */
import { identityFolder } from "../../config/folders.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { toAccount } from "../../config/load.ts";
import type { Account } from "../../core/account/account.ts";
import type { AudioEndpoints } from "../../core/ports/media_port.ts";
import { DIRECT_ACCOUNT } from "../../core/account/account.ts";
import type { Context } from "../args/command.ts";
import { callPolicyOf, passwordOf } from "./call_setup.ts";
import type { Io } from "../process/io.ts";
import { openLog } from "./log.ts";
import type { OpenedPhone, PhoneOptions } from "../args/open_phone.ts";
import type { AccountValues, LogValues, OutputValues } from "../args/common_fields.ts";
import { interruptsOf, type Session, sessionOf } from "./session.ts";
import { openTrace } from "./trace_file.ts";

export interface SessionOptions {
  loaded: LoadedConfig;
  values: AccountValues & LogValues & Partial<OutputValues>;
  /** The account that is used; absent: none, calls are direct. */
  account?: Account;
  register: boolean;
  endpoints: AudioEndpoints;
  listen?: PhoneOptions["direct"]["listen"];
  maxCalls: number;
}

/** ms that an incoming call rings before it counts as missed. */
const RING_MS = 60_000;

/** Opens a phone for `body` and closes it whatever happens. */
export async function withSession<T>(
  context: Context,
  options: SessionOptions,
  body: (session: Session, phone: OpenedPhone) => Promise<T>,
): Promise<T> {
  const { io } = context;
  const { values, loaded } = options;
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io);
  const interrupts = interruptsOf(io);
  try {
    const phone = await context.openPhone({
      ...phoneOptions(options, io),
      ...(trace === undefined ? {} : { trace: trace.sink }),
      attended: true,
      log: log.write,
    });
    try {
      return await body(await sessionOf(phone, interrupts), phone);
    } finally {
      await phone.close();
    }
  } finally {
    interrupts.close();
    log.close();
    trace?.close();
  }
}

function phoneOptions(
  { loaded, values, account, register, endpoints, listen, maxCalls }: SessionOptions,
  io: Io,
): Omit<PhoneOptions, "log"> {
  const direct = toAccount(DIRECT_ACCOUNT, loaded.direct, loaded);
  return {
    accounts: account === undefined
      ? []
      : [{ account, password: passwordOf(loaded, account.id, values, io) }],
    direct: {
      listen: listen ?? [],
      codecs: direct.codecs,
      user: direct.user,
      tls: direct.tls,
      ...(direct.displayName === undefined ? {} : { displayName: direct.displayName }),
      ...(direct.transport === undefined ? {} : { transport: direct.transport }),
    },
    identityFolder: identityFolder(loaded.environment),
    register,
    endpoints,
    maxCalls,
    ringMs: RING_MS,
    doNotDisturb: false,
    active: "one",
    policy: callPolicyOf(loaded),
  };
}
