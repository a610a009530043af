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
import type { CallView } from "../control/phone.ts";
import type { RemotePhone } from "../control/remote_phone.ts";
import { type ExitCode, OffhookError } from "../core/errors.ts";
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

/**
 * The call that is meant: the one named, else the only one.
 * @param fits which calls the command can act on; others are not counted
 * @throws OffhookError `no-such-call`, or `ambiguous-call` with those that could be meant
 */
export function meantCall(
  calls: readonly CallView[],
  named: string | undefined,
  fits: (call: CallView) => boolean = () => true,
): CallView {
  const described = calls.map((call) => `${call.id} (${call.state}, ${call.remote.uri})`);
  const data = { calls: calls.map(({ id, state, remote }) => ({ id, state, remote: remote.uri })) };
  if (named !== undefined) {
    const found = calls.find((call) => call.id === named);
    if (found !== undefined) return found;
    throw new OffhookError("no-such-call", `there is no call "${named}"`, {
      hint: calls.length === 0 ? "No call is on." : `Calls: ${described.join(", ")}.`,
      data,
    });
  }
  const possible = calls.filter(fits);
  if (possible.length === 1) return possible[0]!;
  if (possible.length === 0) {
    const hint = calls.length === 0 ? "No call is on." : `Calls: ${described.join(", ")}.`;
    throw new OffhookError("no-such-call", "there is no call that this could mean", { hint, data });
  }
  throw new OffhookError("ambiguous-call", `${possible.length} calls could be meant`, {
    hint: `Name one with --call: ${described.join(", ")}.`,
    data,
  });
}
