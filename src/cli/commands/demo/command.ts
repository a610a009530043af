/** `offhook demo`: the practice PBX in this process, and a first call to its echo. */
import { defineCommand, outputFields, type ValuesOf } from "../../args/mod.ts";
import { logFields } from "../../phone_fields/mod.ts";
import { lazily } from "../../../base/mod.ts";
import { screenFields } from "../tui/mod.ts";

type DemoFields = typeof outputFields & typeof logFields & typeof screenFields;

export type DemoValues = ValuesOf<DemoFields>;

export const command = defineCommand<DemoFields>({
  description: "Starts the practice PBX, registers with it, calls its echo and checks that the " +
    "sound comes back. On a terminal it then opens the phone's screen on a call to the echo; " +
    "without one it prints a JSON report and exits.",
  shared: { Output: outputFields, Logging: logFields, Screen: screenFields },
  async run(values, context) {
    const { runDemo } = await lazily<typeof import("./run.ts")>(
      import.meta.url,
      "./run.ts",
    );
    return await runDemo(values, context);
  },
});
