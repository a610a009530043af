/** `offhook` and `offhook tui`: the phone on a full screen. */
import { group, merge, object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { type Context, defineCommand } from "../../args/command.ts";
import { described } from "../../args/options.ts";
import * as v from "../../args/values.ts";

/** Looks of the screen: also those of `demo` and `tour`. */
export const screenOptions = group(
  "Screen",
  object({
    theme: optional(option(
      "--theme",
      v.oneOf("THEME", ["dark", "light", "contrast", "none"] as const),
      described("dark, light, contrast or none; NO_COLOR means none."),
    )),
    ascii: option("--ascii", described("Draw with ASCII characters only.")),
    language: optional(option(
      "--language",
      v.oneOf("LANGUAGE", ["en", "de", "es"] as const),
      described("en, de or es; without it what LANG says."),
    )),
    mouse: option(
      "--mouse",
      described("Clicks on hints, tabs and rows act; text is selected with Shift held then."),
    ),
    screenReader: option(
      "--screen-reader",
      described("Lines for a screen reader or braille display instead of a full screen."),
    ),
  }),
);

const parser = merge(
  group(
    "Phone",
    object({
      config: optional(option("--config", v.path("FILE"), described("Configuration file."))),
      socket: optional(option(
        "--socket",
        v.path("PATH"),
        described("Control socket of the station; by default in the runtime folder."),
      )),
      practice: option(
        "--practice",
        described("Use the practice PBX inside this program: nothing leaves this machine."),
      ),
    }),
  ),
  screenOptions,
);

export type ScreenValues = InferValue<typeof screenOptions>;
export type TuiValues = InferValue<typeof parser>;

export const tui = defineCommand({
  name: "tui",
  brief: "The phone on a full screen; what `offhook` alone starts on a terminal",
  synopsis: "[OPTIONS]",
  description: "Joins the station that runs, else starts one in the background and says so. " +
    "Leaving ends no call unless you ask for it. Without an account it helps to set one up, or " +
    "offers the practice PBX. ? shows every key, : every action.",
  examples: ["tui", "tui --practice", "tui --theme light --language de", "tui --screen-reader"],
  parser,
  run: async (values: TuiValues, context: Context) =>
    await (await import("./run_tui.ts")).runTui(values, context),
});
