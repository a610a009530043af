/** `offhook tour`: the phone's screen explained by doing, on the practice PBX. */
import { type Context, defineCommand } from "../../args/command.ts";
import { screenOptions, type ScreenValues } from "./tui.ts";

export const tour = defineCommand({
  name: "tour",
  brief: "Learn the phone's screen in three minutes, on the practice PBX",
  synopsis: "[OPTIONS]",
  description: "Starts the practice PBX inside this program and says what to try, one thing at a " +
    "time. Nothing leaves this machine, and no account is needed.",
  examples: ["tour", "tour --language de", "tour --screen-reader"],
  parser: screenOptions,
  run: async (values: ScreenValues, context: Context) =>
    await (await import("./run_tui.ts")).runTour(values, context),
});
