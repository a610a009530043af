/** `offhook tour`: the full-screen phone explained by doing, on the practice PBX. */
import { defineCommand } from "../../args/mod.ts";
import { screenFields } from "../tui/mod.ts";
import { lazily } from "../../../base/mod.ts";

export const command = defineCommand<typeof screenFields>({
  description:
    "Starts the practice PBX inside this program and shows what to try, one step at a time. " +
    "Nothing leaves this machine, and you need no account.",
  examples: ["tour", "tour --language de", "tour --screen-reader"],
  shared: { Screen: screenFields },
  async run(values, context) {
    const { runTour } = await lazily<typeof import("../tui/run.ts")>(
      import.meta.url,
      "../tui/run.ts",
    );
    return await runTour(values, context);
  },
});
