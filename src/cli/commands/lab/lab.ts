/** `offhook lab`: the practice PBX alone, for others to call. */
import { merge, object } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { type Context, defineCommand } from "../../args/command.ts";
import { described, logOptions, outputOptions } from "../../args/options.ts";
import { readListenAddress } from "../../args/phone_readers.ts";
import { value } from "../../args/values.ts";

const parser = merge(
  object({
    listen: withDefault(
      option(
        "--listen",
        value("ADDRESS:PORT", "", readListenAddress),
        described("Where it takes calls; 127.0.0.1:5560 by default."),
      ),
      "127.0.0.1:5560",
    ),
  }),
  outputOptions,
  logOptions,
);

export type LabValues = InferValue<typeof parser>;

export const lab = defineCommand({
  name: "lab",
  brief: "Run the practice PBX alone, for others to call",
  description: "It takes calls on udp, tcp, tls, ws and wss, and lets alice and bob register. " +
    "Numbers echo, play a tone, read digits back, are busy, decline, never answer, or call back; " +
    "every one that answers can be transferred to another.",
  synopsis: "[OPTIONS]",
  examples: ["lab", "lab --listen 0.0.0.0:5560"],
  parser,
  run: async (values: LabValues, context: Context) =>
    await (await import("./run_lab.ts")).runLab(values, context),
});
