/** `offhook demo`: the practice PBX in this process, and a first call to its echo. */
import type { InferValue } from "@optique/core/parser";
import { type Context, defineCommand } from "../../args/command.ts";
import { logOptions, outputOptions } from "../../args/options.ts";
import { merge } from "@optique/core/constructs";
import { screenOptions } from "./tui.ts";

const parser = merge(outputOptions, logOptions, screenOptions);

export type DemoValues = InferValue<typeof parser>;

export const demo = defineCommand({
  name: "demo",
  brief: "Practice PBX and a first call to its echo",
  synopsis: "[OPTIONS]",
  description: "Starts the practice PBX, registers with it, calls its echo and proves that the " +
    "sound came back. On a terminal it then opens the phone's screen on a call to the echo; " +
    "without one it prints a JSON report and exits.",
  parser,
  run: async (values: DemoValues, context: Context) =>
    await (await import("./run_demo.ts")).runDemo(values, context),
});
