/** `offhook station`: the headless phone. */
import { group, merge, object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { type Context, defineCommand } from "./command.ts";
import { accountOptions, audioOptions, described, logOptions, tlsOptions } from "./options.ts";
import * as v from "./values.ts";

const parser = merge(
  group(
    "Station",
    object({
      socket: optional(option(
        "--socket",
        v.path("PATH"),
        described("Control socket; by default in the runtime folder."),
      )),
      healthPort: optional(option(
        "--health-port",
        v.wholeNumber("PORT", 0, 65535),
        described("Serve /healthz and /readyz on this port of 127.0.0.1."),
      )),
      noHistory: option("--no-history", described("Keep no call history.")),
    }),
  ),
  accountOptions,
  tlsOptions,
  audioOptions,
  logOptions,
);

export type StationValues = InferValue<typeof parser>;

export const station = defineCommand({
  name: "station",
  brief: "The headless phone: registers, takes calls, is driven by the other commands",
  synopsis: "[OPTIONS]",
  description: "Runs in the foreground, fit for systemd (Type=notify): READY when it serves, " +
    "WATCHDOG only while it is truly healthy. It starts without network and without sound and " +
    "picks them up when they come. SIGTERM ends calls, un-registers and leaves.",
  examples: ["station", "station --config /etc/offhook/lobby.toml --health-port 8123"],
  parser,
  run: async (values: StationValues, context: Context) =>
    await (await import("./run_station.ts")).runStation(values, context),
});
