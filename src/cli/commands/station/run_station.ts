/**
 * The run of `offhook station`.
 *
 *     configuration ─► Station.start ─► SIGHUP: read again ─► … ─► SIGINT, SIGTERM: stop
 *
 * Not on the real-time path.
 */
import type { LoadedConfig } from "../../../config/load.ts";
import type { ExitCode } from "../../../base/errors.ts";
import type {
  Changed,
  Station,
  StationOptions,
  StationSettings,
} from "../../../station/service/station.ts";
import { loadForCommand } from "../../phone/call_setup.ts";
import type { Context } from "../../args/command.ts";
import { withHeadsets } from "../../phone/headset_settings.ts";
import type { Io } from "../../process/io.ts";
import { announce, type Log, openLog } from "../../phone/log.ts";
import type { PhoneOptions } from "../../args/open_phone.ts";
import { interruptsOf } from "../../phone/session.ts";
import type { StationValues } from "./station.ts";
import { pathIn, phoneOptions } from "./station_options.ts";
import { stationPlace } from "../../station/station_place.ts";
import { storePath } from "../records/store_place.ts";
import { errorOf } from "../../thrown_error.ts";
import { openTrace } from "../../phone/trace_file.ts";
import { VERSION } from "../../process/version_number.ts";

export async function runStation(values: StationValues, context: Context): Promise<ExitCode> {
  const { io } = context;
  try {
    return await serve(values, io);
  } catch (thrown) {
    // Words for a person; the last line of a log that programs read is one of them, too.
    if (io.stderr.isTty) throw thrown;
    const error = errorOf(thrown);
    const { errorLine } = await import("../../../station/log/log_line.ts");
    await announce(io, "json", errorLine(error), { level: "fatal", error: error.toJSON() });
    return error.exitCode;
  }
}

async function serve(values: StationValues, processIo: Io): Promise<ExitCode> {
  const io = withOneStdin(processIo);
  const loaded = await loadForCommand(values, io);
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io, "json");
  const interrupts = interruptsOf(io);
  const optionsOf = async (from: LoadedConfig): Promise<PhoneOptions> => ({
    ...await withHeadsets(phoneOptions(from, values, io), from, log.write),
    ...(trace === undefined ? {} : { trace: trace.sink }),
    log: log.write,
  });
  const { Station } = await import("../../../station/service/station.ts");
  const { openPhone } = await import("../../../station/phone/open_phone.ts");
  let stopReloading = () => {};
  try {
    const options = await optionsOf(loaded);
    const starting = Station.start(
      await stationOptions(loaded, values, io, log),
      () => openPhone(options),
    );
    // Before READY: who may ask for a reload then must not end the station.
    const running = { values, io, log, started: loaded };
    stopReloading = io.onReload(() => {
      starting.then((station) => reload(station, optionsOf, running), () => {});
    });
    const station = await starting;
    await log.announce(`station on ${station.addresses.join(", ")}`);
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

/** A password that came on standard input is there once, and is needed again after a reload. */
function withOneStdin(io: Io): Io {
  let text: Promise<string> | undefined;
  return { ...io, readStdin: () => text ??= io.readStdin() };
}

interface Running {
  values: StationValues;
  io: Io;
  log: Log;
  /** What the station was started with. */
  started: LoadedConfig;
}

/** A configuration that is wrong changes nothing: it is told, and the phone goes on. */
async function reload(
  station: Station,
  optionsOf: (loaded: LoadedConfig) => Promise<PhoneOptions>,
  { values, io, log, started }: Running,
): Promise<void> {
  await station.reload(async (): Promise<Changed> => {
    const loaded = await loadForCommand(values, io);
    return {
      phone: await optionsOf(loaded),
      station: await stationSettings(loaded, values),
      waiting: waitingOf(loaded, started, values),
      settle: await log.reopen(loaded),
    };
  });
}

/** What is only read when a station starts. */
function waitingOf(
  { config }: LoadedConfig,
  started: LoadedConfig,
  { noHistory }: StationValues,
): string[] {
  const { history } = config.station;
  if (noHistory || history === started.config.station.history) return [];
  return [
    `station.history = ${history} is not taken while the station runs: ` +
    "end it and start it again (systemctl restart offhook)",
  ];
}

/** @throws OffhookError `config-invalid` for a token or certificate that is none */
async function stationSettings(
  loaded: LoadedConfig,
  values: StationValues,
): Promise<StationSettings> {
  const { controlPlaces } = await import("../../../station/service/control_places.ts");
  const { station } = loaded.config;
  const healthPort = values.healthPort ?? station.health_port;
  const { history_days: days, history_calls: keep } = station;
  return {
    graceMs: station.registration_grace_seconds * 1_000,
    ...(days === undefined ? {} : { historyDays: days }),
    ...(keep === undefined ? {} : { historyCalls: keep }),
    ...(healthPort === undefined ? {} : { healthPort }),
    listen: await controlPlaces(station.control, pathIn(loaded)),
  };
}

async function stationOptions(
  loaded: LoadedConfig,
  values: StationValues,
  io: Io,
  log: Log,
): Promise<StationOptions> {
  const keepsHistory = loaded.config.station.history && !values.noHistory;
  return {
    version: VERSION,
    ...stationPlace(values, io),
    ...(keepsHistory ? { store: storePath(io.environment) } : {}),
    ...await stationSettings(loaded, values),
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
