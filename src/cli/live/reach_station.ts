/** The way to the running station: its place, and the token that a place on the network asks for. */
import { RemotePhone } from "../../control/client/mod.ts";
import type { Io } from "../process/mod.ts";
import { stationPlace } from "./station_place.ts";

/** @throws OffhookError `no-station` when nothing answers, `station-refused` when it will not */
export function reachStation(
  values: { config?: string | undefined; socket?: string | undefined },
  io: Io,
): Promise<RemotePhone> {
  const token = io.environment("OFFHOOK_TOKEN");
  return RemotePhone.connect({
    address: stationPlace(values, io).socket,
    ...(token ? { token } : {}),
  });
}
