/**
 * Where the station of a configuration is: found without reading the configuration, so that a command
 * to a running station costs little more than its start.
 *
 *     configuration's path ─► name ─► RUNTIME/NAME/control.sock, station.lock
 */
import { join } from "../../base/path/mod.ts";
import { configPath, runtimeFolder } from "../../config/sources/mod.ts";
import type { Io } from "../process/mod.ts";

export interface StationPlace {
  /** Path of the control socket. */
  socket: string;
  /** The file that only one station of the configuration can lock. */
  lock: string;
}

/** @param values `--socket` moves the socket, not the lock: one configuration, one station */
export function stationPlace(
  values: { config?: string | undefined; socket?: string | undefined },
  { environment, cwd }: Pick<Io, "environment" | "cwd">,
): StationPlace {
  const { path, explicit } = configPath({ path: values.config, environment, cwd });
  const name = explicit ? nameOf(path) : "default";
  const folder = join(runtimeFolder(environment), name);
  return {
    socket: values.socket ?? environment("OFFHOOK_SOCKET") ?? join(folder, "control.sock"),
    lock: join(folder, "station.lock"),
  };
}

/** A short name of its own for a path (FNV-1a, 64 bits): a hash library costs 20 ms to load. */
function nameOf(path: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(path)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
