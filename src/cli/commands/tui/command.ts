/** `offhook` and `offhook tui`: the full-screen phone. */
import { LANGUAGES, THEMES } from "../../../base/names/mod.ts";
import { lazily } from "../../../base/mod.ts";
import { defineCommand, file, flag, oneOf, option, type ValuesOf } from "../../args/mod.ts";

/** Looks of the screen: also those of `demo` and `tour`. */
export const screenFields = {
  theme: option(
    "--theme",
    oneOf("THEME", THEMES),
    "dark, light, contrast or none; NO_COLOR means none.",
  ),
  ascii: flag(["--ascii"], "Draw with ASCII characters only."),
  language: option(
    "--language",
    oneOf("LANGUAGE", LANGUAGES),
    "en, de or es; the default comes from LANG.",
  ),
  mouse: flag(
    ["--mouse"],
    "Use the mouse: click hints, tabs and rows; hold Shift to select text.",
  ),
  screenReader: flag(
    ["--screen-reader"],
    "Write lines for a screen reader or braille display instead of a full screen.",
  ),
};

const fields = {
  config: option("--config", file("FILE"), "Configuration file."),
  socket: option(
    "--socket",
    file("PATH"),
    "Control socket of the station; by default in the runtime folder.",
  ),
  practice: flag(
    ["--practice"],
    "Use the practice PBX inside this program: nothing leaves this machine.",
  ),
};

export type ScreenValues = ValuesOf<typeof screenFields>;
export type TuiValues = ValuesOf<typeof fields & typeof screenFields>;

export const command = defineCommand<typeof fields & typeof screenFields>({
  description: "Connects to the running station, or starts one in the background and says so. " +
    "Quitting does not end a call unless you ask for it. Without an account it helps you to set one " +
    "up, or offers the practice PBX. ? shows all keys, : all commands.",
  examples: ["tui", "tui --practice", "tui --theme light --language de", "tui --screen-reader"],
  shared: { Phone: fields, Screen: screenFields },
  async run(values, context) {
    const { runTui } = await lazily<typeof import("./run.ts")>(
      import.meta.url,
      "./run.ts",
    );
    return await runTui(values, context);
  },
});
