/** Headsets: which transition takes what. They have no state here; their lamps are a rule. */
import type { HeadsetInput } from "../../ports/mod.ts";
import type { Slice } from "../../state/mod.ts";
import { followSound } from "../call/mod.ts";
import { headsetIntent } from "./intents.ts";

export const HEADSET: Slice<never, never, HeadsetInput> = {
  initial: () => ({}),
  commands: {},
  news: {
    HeadsetIntent: headsetIntent,
    HeadsetAttached: (turn, { headset, name }) => {
      turn.events.push({ type: "headset", headset, name, attached: true });
    },
    HeadsetDetached: (turn, { headset, error }) => {
      const why = error === undefined ? {} : { error };
      turn.events.push({ type: "headset", headset, attached: false, ...why });
    },
    HeadsetNotice: (turn, { type: _, ...notice }) => {
      turn.events.push({ type: "headset-notice", ...notice });
    },
    HeadsetSound: followSound,
    LastDialled: (turn, { account, target }) => {
      if (turn.lastDialled === undefined) turn.remember({ account, target });
    },
  },
  timers: {},
};
