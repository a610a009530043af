/**
 * What commands to a running station have in common: flags, the connection, the choice of a call.
 *
 *     --socket │ --config ─► socket ─► RemotePhone ─► request ─► words or JSON
 *
 * They load neither the configuration nor the station. Not on the real-time path.
 */
import { group, merge, object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import type { RemotePhone } from "../control/remote_phone.ts";
import type { ExitCode } from "../core/errors.ts";
import type { Io } from "./io.ts";
import { described, outputOptions } from "./options.ts";
import { stationPlace } from "./station_place.ts";
import * as v from "./values.ts";

export const liveOptions = merge(
  outputOptions,
  group(
    "Station",
    object({
      config: optional(option("--config", v.path("FILE"), described("Its configuration."))),
      socket: optional(option("--socket", v.path("PATH"), described("Its control socket."))),
    }),
  ),
);

export const callOption = object({
  call: optional(option(
    "--call",
    string({ metavar: "ID" }),
    described("Which call; not needed when there is only one."),
  )),
});

export type LiveValues = InferValue<typeof liveOptions>;

/** Runs with a connection to the station. @throws OffhookError `no-station` when none runs */
export async function withStation(
  values: Pick<LiveValues, "config" | "socket">,
  io: Io,
  body: (phone: RemotePhone) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { RemotePhone } = await import("../control/remote_phone.ts");
  const phone = await RemotePhone.connect({ address: stationPlace(values, io).socket });
  try {
    return await body(phone);
  } finally {
    await phone.close();
  }
}
