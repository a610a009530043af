/**
 * What commands to a running station have in common: flags, the connection.
 *
 *     --socket │ --config ─► socket ─► RemotePhone ─► request ─► words or JSON
 *
 * They load neither the configuration nor the station.
 */
import type { RemotePhone } from "../../control/client/mod.ts";
import type { ExitCode } from "../../base/mod.ts";
import type { Io } from "../process/mod.ts";
import { file, option, outputFields, text, type ValuesOf } from "../args/mod.ts";
import { reachStation } from "./reach_station.ts";

export const stationFields = {
  config: option("--config", file("FILE"), "Its configuration."),
  socket: option(
    "--socket",
    file("PATH"),
    "Its control socket, or ws://HOST:PORT with a token in OFFHOOK_TOKEN.",
  ),
};

/** What every command to a station takes, under its headings. */
export const LIVE = { Output: outputFields, Station: stationFields };

export const callField = {
  call: option("--call", text("ID"), "Which call; not needed when there is only one."),
};

export type LiveFields = typeof outputFields & typeof stationFields;
export type LiveValues = ValuesOf<LiveFields>;

/** Runs with a connection to the station. @throws OffhookError `no-station` when none runs */
export async function withStation(
  values: Pick<LiveValues, "config" | "socket">,
  io: Io,
  body: (phone: RemotePhone) => Promise<ExitCode>,
): Promise<ExitCode> {
  const phone = await reachStation(values, io);
  try {
    return await body(phone);
  } finally {
    await phone.close();
  }
}
