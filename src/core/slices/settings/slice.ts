/** Settings and volume: which transition takes what. */
import type { SettingsCommand, Slice } from "../../state/mod.ts";
import { configure, setDoNotDisturb } from "./settings.ts";
import { setVolume } from "./volume.ts";

export const SETTINGS: Slice<"settings" | "volume", SettingsCommand> = {
  initial: ({ settings }) => ({ settings, volume: 0 }),
  commands: {
    SetDoNotDisturb: (turn, { on }) => setDoNotDisturb(turn, on),
    ChangeVolume: (turn, { volume }) => setVolume(turn, volume),
    Configure: (turn, { settings, accounts }) => configure(turn, settings, accounts),
  },
  news: {},
  timers: {},
};
