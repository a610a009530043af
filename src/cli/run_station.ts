/** The run of `offhook station`. Not on the real-time path. */
import { join } from "node:path";
import { type LoadedConfig, toAccount } from "../config/load.ts";
import { stateFolder } from "../config/folders.ts";
import type { ExitCode } from "../core/errors.ts";
import { OffhookError } from "../core/errors.ts";
import { DIRECT_ACCOUNT } from "../control/phone.ts";
import { endpointsOf, loadForCommand, passwordOf } from "./call_setup.ts";
import type { Context } from "./command.ts";
import type { Io } from "./io.ts";
import { say } from "./io.ts";
import { openLog } from "./log.ts";
import type { PhoneOptions } from "./open_phone.ts";
import type { StationValues } from "./station.ts";
import { interruptsOf } from "./session.ts";
import { withHeadsets } from "./headset_settings.ts";
import { stationPlace } from "./station_place.ts";
import { openTrace } from "./trace_file.ts";
import { VERSION } from "./version_number.ts";

const MAX_CALLS = 8;
const RING_MS = 60_000;

export async function runStation(values: StationValues, { io }: Context): Promise<ExitCode> {
  const loaded = await loadForCommand(values, io);
  const place = stationPlace(values, io);
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io);
  const interrupts = interruptsOf(io);
  const { Station } = await import("../station/station.ts");
  const { openPhone } = await import("../station/open_phone.ts");
  const options = {
    version: VERSION,
    ...place,
    ...(values.noHistory ? {} : { store: join(stateFolder(io.environment), "history.db") }),
    ...(values.healthPort === undefined ? {} : { healthPort: values.healthPort }),
    notify: notifyEnvironment(io),
    log: log.write,
  };
  try {
    const phone = await withHeadsets(phoneOptions(loaded, values, io), loaded, log.write);
    const station = await Station.start(options, () =>
      openPhone({
        ...phone,
        ...(trace === undefined ? {} : { trace: trace.sink }),
        log: log.write,
      }));
    await say(io, `station on ${station.addresses.join(", ")}`);
    await interrupts.promise;
    await station.stop();
    return 0;
  } finally {
    interrupts.close();
    log.close();
    trace?.close();
  }
}

function phoneOptions(
  loaded: LoadedConfig,
  values: StationValues,
  io: Io,
): Omit<PhoneOptions, "log"> {
  const endpoints = endpointsOf(loaded, values, io);
  const { microphone, speaker } = endpoints;
  if (microphone.kind === "pipe" || speaker.kind === "pipe") {
    throw new OffhookError("usage", "a station has no pipe: several calls would share it", {
      hint: "Use `offhook audio CALL` to join a call with a pipe.",
    });
  }
  const accounts = Object.entries(loaded.config.accounts).map(([id, settings]) => ({
    account: toAccount(id, settings, loaded),
    password: passwordOf(loaded, id, values, io),
  }));
  const direct = toAccount(DIRECT_ACCOUNT, loaded.direct, loaded);
  return {
    accounts,
    direct: {
      listen: [],
      codecs: direct.codecs,
      user: direct.user,
      tls: direct.tls,
      ...(direct.displayName === undefined ? {} : { displayName: direct.displayName }),
      ...(direct.transport === undefined ? {} : { transport: direct.transport }),
    },
    register: true,
    endpoints,
    maxCalls: MAX_CALLS,
    ringMs: RING_MS,
    doNotDisturb: false,
    active: "one",
  };
}

/** What systemd says; taken out of the environment of the processes that we start. */
function notifyEnvironment({ environment }: Io) {
  const NOTIFY_SOCKET = environment("NOTIFY_SOCKET");
  const WATCHDOG_USEC = environment("WATCHDOG_USEC");
  return {
    ...(NOTIFY_SOCKET === undefined ? {} : { NOTIFY_SOCKET }),
    ...(WATCHDOG_USEC === undefined ? {} : { WATCHDOG_USEC }),
  };
}
