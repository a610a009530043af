/** `offhook tour`: the phone's screen explained by doing, on the practice PBX. */
import { defineCommand } from "../../args/command.ts";
import { screenFields } from "./tui.ts";
import { lazily } from "../../args/lazily.ts";

export const tour = defineCommand<typeof screenFields>({
  description: "Starts the practice PBX inside this program and says what to try, one thing at a " +
    "time. Nothing leaves this machine, and no account is needed.",
  examples: ["tour", "tour --language de", "tour --screen-reader"],
  shared: { Screen: screenFields },
  async run(values, context) {
    const { runTour } = await lazily<typeof import("./run_tui.ts")>(
      import.meta.url,
      "./run_tui.ts",
    );
    return await runTour(values, context);
  },
});
