/**
 * The run of `offhook station`.
 *
 *     configuration ─► Station.start ─► SIGHUP: read again ─► … ─► SIGINT, SIGTERM: stop
 */
import type { LoadedConfig } from "../../../config/file/mod.ts";
import { dataFolder, runtimeFolder } from "../../../config/sources/mod.ts";
import { type ExitCode, fileReason, OffhookError } from "../../../base/mod.ts";
import type { Spawner } from "../../../spawner/mod.ts";
import type {
  Changed,
  Station,
  StationOptions,
  StationSettings,
} from "../../../station/service/mod.ts";
import {
  announce,
  loadForCommand,
  openLog,
  openTrace,
  type PhoneLog,
  withHeadsets,
} from "../../phone/mod.ts";
import type { Context } from "../../args/mod.ts";
import { errorOf, interruptsOf, type Io, type PhoneOptions, VERSION } from "../../process/mod.ts";
import type { StationValues } from "./command.ts";
import { pathIn, phoneOptions } from "./station_options.ts";
import { stationPlace } from "../../live/mod.ts";
import { storePath } from "../../station/mod.ts";

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
  const spawner = await startSpawner(loaded, io);
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLog(loaded, io, "json");
  sayHowBroad(log);
  const interrupts = interruptsOf(io);
  const optionsOf = async (from: LoadedConfig): Promise<PhoneOptions> => ({
    ...await withHeadsets(
      phoneOptions(from, values, io, {
        password: (account) => spawner.password(account),
        turnPassword: (url) => spawner.turnPassword(url),
      }),
      from,
      log.write,
    ),
    startHost: () => spawner.startHost(),
    ...(trace === undefined ? {} : { trace: trace.sink }),
    log: log.write,
  });
  const { Station } = await import("../../../station/service/station.ts");
  const { openPhone } = await import("../../../station/phone/open_phone.ts");
  let stopReloading = () => {};
  try {
    const options = await optionsOf(loaded);
    const starting = Station.start(
      {
        ...await stationOptions(loaded, values, io, log),
        trouble: () => spawner.trouble,
        links: () => spawner.links(),
      },
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
    await spawner.close();
  }
}

/** The launcher starts a station it cannot narrow all the same: a phone is worth more than none. */
function sayHowBroad({ write }: PhoneLog): void {
  if (Deno.permissions.querySync({ name: "write" }).state !== "granted") return;
  write(
    "this station may read and write all files of its user: not started by the launcher, or " +
      "that found no narrower permissions (docs/security.md)",
    { level: "warning" },
  );
}

/**
 * From here on this process can start no program: what comes from the network is read after that. The
 * spawner can, and takes neither a program nor an argument from us.
 */
async function startSpawner({ path, config }: LoadedConfig, { environment }: Io): Promise<Spawner> {
  const { Spawner } = await import("../../../spawner/client.ts");
  const runtime = runtimeFolder(environment);
  makeFolder(runtime);
  const passwords = Object.values(config.accounts).flatMap(({ password_env: name }) => name ?? []);
  const hidden = ["NOTIFY_SOCKET", ...passwords];
  const spawner = new Spawner({ config: path, runtime, hidden });
  Deno.permissions.revokeSync({ name: "run" });
  return spawner;
}

function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot make ${path}: ${fileReason(cause)}`, {
      hint: "Set XDG_RUNTIME_DIR to a folder that you may write to, or leave it out.",
      cause,
    });
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
  log: PhoneLog;
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
  const [now, then] = [config.station, started.config.station];
  const changed = [
    ...(noHistory || now.history === then.history ? [] : [`station.history = ${now.history}`]),
    ...(`${now.folders}` === `${then.folders}` ? [] : ["station.folders"]),
  ];
  return changed.map((what) =>
    `${what} is not taken while the station runs: ` +
    "end it and start it again (systemctl restart offhook)"
  );
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
  log: PhoneLog,
): Promise<StationOptions> {
  const { recordingsFolder } = await import("../../../station/phone/recording_path.ts");
  const keepsHistory = loaded.config.station.history && !values.noHistory;
  return {
    version: VERSION,
    ...stationPlace(values, io),
    ...(keepsHistory ? { store: storePath(io.environment) } : {}),
    ...await stationSettings(loaded, values),
    recordings: recordingsFolder(dataFolder(io.environment)),
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
