/**
 * The phone of one command, in this process: opened, listened to, interrupted and closed in any case.
 *
 *     configuration ─► open phone ─► subscribe ─► body ─► close phone (un-registers, ends calls)
 *     SIGINT ─────────────────────► interrupted ─► body hangs up and returns ─► 130
 */
import { identityFolder } from "../../config/sources/mod.ts";
import { chosen, type LoadedConfig, toAccount } from "../../config/file/mod.ts";
import { type Account, DIRECT_ACCOUNT } from "../../core/account/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { Context } from "../args/mod.ts";
import {
  accountsOf,
  callPolicyOf,
  endpointsOf,
  loadForCommand,
  passwordOf,
  soundsOf,
} from "./call_setup.ts";
import { interruptsOf, type Io, type PhoneOptions } from "../process/mod.ts";
import { openLog } from "./log.ts";
import { iceServersOf } from "./ice_servers.ts";
import { type PhoneSession, sessionOf } from "./session.ts";
import { openTrace } from "./trace_file.ts";
import { storePath } from "../station/mod.ts";
import type { OwnPhoneWishes, PhoneValues } from "./with_phone.ts";

/** ms that an incoming call rings before it counts as missed. */
const RING_MS = 60_000;

const NO_SOUND: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };

/** What the flags and the configuration make of {@link OwnPhoneWishes}. */
interface Setup {
  loaded: LoadedConfig;
  endpoints: AudioEndpoints;
  /** Those of the phone, the default first. */
  accounts: Account[];
  /** The one that the flags or the environment name. */
  named?: Account;
  listen: PhoneOptions["direct"]["listen"];
}

/** Opens a phone for `body` and closes it whatever happens. */
export async function withOwnPhone<T>(
  values: PhoneValues,
  context: Context,
  own: OwnPhoneWishes,
  body: (session: PhoneSession) => Promise<T>,
): Promise<T> {
  const { io } = context;
  const setup = await setUp(values, own, io);
  const { loaded, endpoints, named } = setup;
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io);
  const interrupts = interruptsOf(io);
  try {
    const phone = await context.openPhone({
      ...phoneOptions(setup, values, own, io),
      ...(trace === undefined ? {} : { trace: trace.sink }),
      hushed: interrupts.promise,
      log: log.write,
    });
    try {
      return await body(
        await sessionOf(phone, interrupts, {
          sound: { endpoints, onStdout: endpoints.speaker.kind === "pipe" },
          own: { phone, ...(named === undefined ? {} : { account: named }) },
          ...(named === undefined ? {} : { account: named.id }),
        }),
      );
    } finally {
      await phone.close();
    }
  } finally {
    interrupts.close();
    log.close();
    trace?.close();
  }
}

/** @throws OffhookError for what is missing or contradicts, before anything is opened */
async function setUp(values: PhoneValues, own: OwnPhoneWishes, io: Io): Promise<Setup> {
  const loaded = await loadForCommand(values, io);
  const endpoints = own.maxCalls === 0 ? NO_SOUND : endpointsOf(loaded, values, io);
  await own.check?.(endpoints);
  const named = own.accounts === "chosen" || (own.accounts === "all" && isNamed(values, io, loaded))
    ? chosen(loaded).account
    : undefined;
  return {
    loaded,
    endpoints,
    accounts: own.accounts === "all" ? accountsOf(loaded) : named === undefined ? [] : [named],
    ...(named === undefined ? {} : { named }),
    listen: await own.listen?.(loaded) ?? [],
  };
}

/** Whether somebody said by which account, or by which server. */
function isNamed(values: PhoneValues, { environment }: Io, { account }: LoadedConfig): boolean {
  if (account === undefined) return false;
  return [values.account, values.server].some((given) => given !== undefined) ||
    ["OFFHOOK_ACCOUNT", "OFFHOOK_SERVER"].some((variable) => environment(variable));
}

function phoneOptions(
  { loaded, accounts, listen, endpoints }: Setup,
  values: PhoneValues,
  own: OwnPhoneWishes,
  io: Io,
): Omit<PhoneOptions, "log"> {
  return {
    accounts: accounts.map((account) => ({
      account,
      password: passwordOf(loaded, account.id, values, io),
    })),
    iceServers: iceServersOf(loaded),
    direct: { ...toAccount(DIRECT_ACCOUNT, loaded.direct, loaded), listen },
    // Who only dials is no phone that the server knows again.
    ...(own.accounts === "all" ? {} : { identityFolder: identityFolder(loaded.environment) }),
    connect: own.accounts === "all" ? "when used" : "at once",
    ...(own.maxCalls > 0 && loaded.config.station.history
      ? { history: storePath(loaded.environment) }
      : {}),
    register: own.register === "as configured",
    endpoints,
    maxCalls: own.maxCalls,
    ringMs: RING_MS,
    doNotDisturb: false,
    active: "one",
    policy: callPolicyOf(loaded),
    // Its calls are answered or refused at once.
    sounds: { ...soundsOf(loaded), ringer: { kind: "none" } },
    attended: true,
  };
}
