/**
 * What `dial`, `answer` and `register` have in common: a phone that is opened, listened to,
 * interrupted and closed in any case.
 *
 *     open phone ─► subscribe ─► body ─► close phone (un-registers, ends calls)
 *     SIGINT ─────► interrupted ─► body hangs up and returns ─► 130
 *
 * Not on the real-time path.
 */
import type { LoadedConfig } from "../config/load.ts";
import { toAccount } from "../config/load.ts";
import type { Sequenced } from "../control/phone.ts";
import type { Account } from "../core/account.ts";
import type { AudioEndpoints } from "../core/media_port.ts";
import { DIRECT_ACCOUNT } from "../control/local_phone.ts";
import type { Context } from "./command.ts";
import { passwordOf } from "./call_setup.ts";
import type { Io } from "./io.ts";
import { openLog } from "./log.ts";
import type { OpenedPhone, PhoneOptions } from "./open_phone.ts";
import type { AccountValues, LogValues, OutputValues } from "./options.ts";
import { openTrace } from "./trace_file.ts";

export interface Session {
  readonly phone: OpenedPhone;
  /** Every event from the opening on; what came before the first listener is kept for it. */
  listen(listener: (event: Sequenced) => void): void;
  readonly interrupted: boolean;
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. */
  readonly interruption: Promise<void>;
}

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
  body: (session: Session) => Promise<T>,
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
      log: log.write,
    });
    try {
      return await body(await sessionOf(phone, interrupts));
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
    register,
    endpoints,
    maxCalls,
    ringMs: RING_MS,
    doNotDisturb: false,
    active: "one",
  };
}

export interface Interrupts {
  readonly happened: boolean;
  readonly promise: Promise<void>;
  close(): void;
}

/** Listens for the signals that end a command. */
export function interruptsOf(io: Io): Interrupts {
  const { promise, resolve } = Promise.withResolvers<void>();
  let happened = false;
  const close = io.onInterrupt(() => {
    happened = true;
    resolve();
  });
  return {
    get happened() {
      return happened;
    },
    promise,
    close,
  };
}

/** The events of a phone from now on, for one listener at a time. */
export async function sessionOf(phone: OpenedPhone, interrupts: Interrupts): Promise<Session> {
  const early: Sequenced[] = [];
  let listener: (event: Sequenced) => void = (event) => early.push(event);
  await phone.subscribe((event) => listener(event));
  return {
    phone,
    listen(next) {
      for (const event of early.splice(0)) next(event);
      listener = next;
    },
    get interrupted() {
      return interrupts.happened;
    },
    interruption: interrupts.promise,
  };
}
