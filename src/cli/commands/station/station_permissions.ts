/**
 * The places that a station's flags and configuration name, for the permissions that it starts with.
 *
 *     arguments of `station` ─► configuration ─► PermittedPlaces ─► Deno's flags
 *
 * What commands play and record is named when the station runs already: it has to lie in one of
 * `station.folders`.
 */
import { lazily } from "../../../base/mod.ts";
import { ROLES } from "../../../base/names/mod.ts";
import { dirname, resolve } from "../../../base/path/mod.ts";
import { fileURLToPath } from "node:url";
import {
  configPath,
  dataFolder,
  expandPath,
  runtimeFolder,
  stateFolder,
} from "../../../config/sources/mod.ts";
import type { LoadedConfig } from "../../../config/file/mod.ts";
import { isStdin } from "../../../config/credentials/mod.ts";
import { permissionFlags } from "../../../config/values/mod.ts";
import type { AudioEndpoints, LiveEndpoint } from "../../../core/ports/mod.ts";
import { endpointsOf, loadForCommand, quirkFilesOf, ringFilesOf } from "../../phone/mod.ts";
import type { Io } from "../../process/mod.ts";
import type { StationValues } from "./command.ts";
import { pathIn } from "./station_options.ts";
import { stationPlace } from "../../live/mod.ts";

/** The checkout: code is loaded when it is first needed. */
const CHECKOUT = fileURLToPath(new URL("../../../../", import.meta.url)).replace(/\/$/, "");

/** Where a person keeps what they play and record. */
const PERSONAL = ["~/Music", "~/Recordings", "~/Documents", "~/Downloads", "~/Desktop"];

/**
 * @returns Deno's flags for a station with these flags
 * @throws OffhookError as the station itself would
 */
export async function stationFlags(values: StationValues, io: Io): Promise<string[]> {
  const loaded = await loadForCommand(values, io);
  const { environment } = io;
  const { safeFolder } = await lazily<typeof import("../../../control/socket/own_folder.ts")>(
    import.meta.url,
    "../../../control/socket/own_folder.ts",
  );
  safeFolder(dirname(runtimeFolder(environment)));
  const own = [dataFolder(environment), stateFolder(environment), runtimeFolder(environment)];
  const open = openFolders(loaded, values, io);
  return permissionFlags({
    read: [
      ...[CHECKOUT, dirname(loaded.path), ...open],
      ...namedForReading(loaded, values, io),
    ],
    write: [...own, ...open, ...namedForWriting(loaded, values, io)],
    variables: [
      ...Object.values(loaded.config.accounts).flatMap(({ password_env: name }) => name ?? []),
      ...loaded.config.ice.turn.flatMap(({ password_env: name }) => name ?? []),
      ...loaderVariables(),
    ],
    deno: Deno.execPath(),
  });
}

/** Those of the dynamic loader, to be handed to the spawner. */
function loaderVariables(): string[] {
  return Object.keys(Deno.env.toObject()).filter((name) => /^(?:LD|DYLD)_/.test(name));
}

function namedForReading(loaded: LoadedConfig, values: StationValues, io: Io): string[] {
  const { config } = loaded;
  const inConfig = pathIn(loaded);
  const quirks = quirkFilesOf(loaded);
  const named = [
    ...Object.values(config.accounts).flatMap(({ password_file, tls }) => [
      password_file,
      ...[tls.ca_file, tls.cert_file, tls.key_file],
    ]),
    ...config.ice.turn.map(({ password_file }) => password_file),
    ...config.station.control.flatMap((place) => [
      ...ROLES.map((role) => place[`${role}_token_file` as const]),
      ...[place.tls_cert_file, place.tls_key_file],
    ]),
  ];
  const { passwordFile = io.environment("OFFHOOK_PASSWORD_FILE") } = values;
  const { microphone } = endpointsOf(loaded, values, io);
  return [
    ...named.flatMap((path) => path === undefined ? [] : inConfig(path)),
    ...[quirks.folder, ...quirks.files],
    ...ringFilesOf(loaded).map(({ path }) => path),
    ...(passwordFile === undefined || isStdin(passwordFile) ? [] : [resolve(io.cwd, passwordFile)]),
    ...fileOf(microphone, io),
  ];
}

function namedForWriting(loaded: LoadedConfig, values: StationValues, io: Io): string[] {
  const { file } = loaded.config.logging;
  const notify = io.environment("NOTIFY_SOCKET");
  const { speaker, record } = endpointsOf(loaded, values, io);
  return [
    dirname(stationPlace(values, io).socket),
    // Absolute when a flag named it, else beside the configuration.
    ...(file === undefined ? [] : [pathIn(loaded)(file)]),
    ...(values.trace === undefined || values.trace === "-" ? [] : [resolve(io.cwd, values.trace)]),
    ...(record === undefined ? [] : [resolve(io.cwd, record)]),
    ...(notify?.startsWith("/") ? [notify] : []),
    ...fileOf(speaker, io),
  ];
}

function fileOf(endpoint: AudioEndpoints[LiveEndpoint], { cwd }: Io): string[] {
  return endpoint.kind === "file" ? [resolve(cwd, endpoint.path)] : [];
}

/**
 * Where commands may play and record. A person's own station serves the person: without
 * `station.folders` these are some folders of their home. A machine's station, whose configuration is
 * named, has none.
 */
function openFolders(loaded: LoadedConfig, values: StationValues, io: Io): string[] {
  const { environment, cwd } = io;
  const named = loaded.config.station.folders;
  if (named !== undefined) return named.map(pathIn(loaded));
  const { explicit } = configPath({ path: values.config, environment, cwd });
  if (explicit || (environment("HOME") ?? "") === "") return [];
  // Who may write to a folder can replace any program in it: ours must not be in one.
  const keep = [CHECKOUT, Deno.execPath(), loaded.path];
  return PERSONAL.map((path) => expandPath(path, "/", environment))
    .filter((folder) => !keep.some((path) => path.startsWith(`${folder}/`)));
}
