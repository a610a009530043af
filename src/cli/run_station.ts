/**
 * The run of `offhook station`.
 *
 *     configuration ─► Station.start ─► SIGHUP: read again ─► … ─► SIGINT, SIGTERM: stop
 *
 * Not on the real-time path.
 */
import type { LoadedConfig } from "../config/load.ts";
import type { ExitCode } from "../core/errors.ts";
import type { Station, StationOptions } from "../station/station.ts";
import { loadForCommand } from "./call_setup.ts";
import type { Context } from "./command.ts";
import { withHeadsets } from "./headset_settings.ts";
import type { Io } from "./io.ts";
import { say } from "./io.ts";
import { type Log, openLog } from "./log.ts";
import type { PhoneOptions } from "./open_phone.ts";
import { interruptsOf } from "./session.ts";
import type { StationValues } from "./station.ts";
import { pathIn, phoneOptions } from "./station_options.ts";
import { stationPlace } from "./station_place.ts";
import { storePath } from "./store_place.ts";
import { openTrace } from "./trace_file.ts";
import { VERSION } from "./version_number.ts";

export async function runStation(values: StationValues, { io }: Context): Promise<ExitCode> {
  const loaded = await loadForCommand(values, io);
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io);
  const interrupts = interruptsOf(io);
  const optionsOf = async (from: LoadedConfig): Promise<PhoneOptions> => ({
    ...await withHeadsets(phoneOptions(from, values, io), from, log.write),
    ...(trace === undefined ? {} : { trace: trace.sink }),
    log: log.write,
  });
  const { Station } = await import("../station/station.ts");
  const { openPhone } = await import("../station/open_phone.ts");
  let stopReloading = () => {};
  try {
    const options = await optionsOf(loaded);
    const station = await Station.start(
      await stationOptions(loaded, values, io, log),
      () => openPhone(options),
    );
    stopReloading = io.onReload(() => void reload(station, optionsOf, { values, io, log }));
    await say(io, `station on ${station.addresses.join(", ")}`);
    await interrupts.promise;
    await station.stop();
    return 0;
  } finally {
    stopReloading();
    interrupts.close();
    log.close();
    trace?.close();
  }
}

interface Running {
  values: StationValues;
  io: Io;
  log: Log;
}

/** A configuration that is wrong changes nothing: it is told, and the phone goes on. */
async function reload(
  station: Station,
  optionsOf: (loaded: LoadedConfig) => Promise<PhoneOptions>,
  { values, io, log }: Running,
): Promise<void> {
  await station.reload(async () => {
    const loaded = await loadForCommand(values, io);
    log.setLevel(loaded.config.logging.level);
    return await optionsOf(loaded);
  });
}

async function stationOptions(
  loaded: LoadedConfig,
  values: StationValues,
  io: Io,
  log: Log,
): Promise<StationOptions> {
  const { controlPlaces } = await import("../station/control_places.ts");
  const { station } = loaded.config;
  const healthPort = values.healthPort ?? station.health_port;
  const { history_days: days, history_calls: keep } = station;
  return {
    version: VERSION,
    ...stationPlace(values, io),
    ...(values.noHistory || !station.history ? {} : { store: storePath(io.environment) }),
    ...(days === undefined ? {} : { historyDays: days }),
    ...(keep === undefined ? {} : { historyCalls: keep }),
    ...(healthPort === undefined ? {} : { healthPort }),
    listen: await controlPlaces(station.control, pathIn(loaded)),
    notify: notifyEnvironment(io),
    log: log.write,
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
