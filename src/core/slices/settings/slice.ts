/** Settings, volume and speech: which transition takes what. */
import type { SettingsCommand, Slice } from "../../state/mod.ts";
import { PLAIN_SPEECH } from "../../media/mod.ts";
import { configure, setDoNotDisturb } from "./settings.ts";
import { changeSpeech } from "./speech.ts";
import { setVolume } from "./volume.ts";

export const SETTINGS: Slice<"settings" | "volume" | "speech", SettingsCommand> = {
  initial: ({ settings }) => ({
    settings,
    volume: 0,
    speech: settings.speech ?? PLAIN_SPEECH,
  }),
  commands: {
    SetDoNotDisturb: (turn, { on }) => setDoNotDisturb(turn, on),
    ChangeVolume: (turn, { volume }) => setVolume(turn, volume),
    ChangeSpeech: (turn, { speech }) => changeSpeech(turn, speech),
    Configure: (turn, { settings, accounts }) => configure(turn, settings, accounts),
  },
  news: {},
  timers: {},
};
