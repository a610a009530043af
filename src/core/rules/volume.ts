/** Another volume is told to the media of the calls that are on; media that opens later begins with it. */
import type { Rule } from "../state/mod.ts";

export const followVolume: Rule = (before, { volume, calls }, turn) => {
  if (before.volume === volume) return;
  for (const { id, media } of calls.values()) {
    if (media.name !== "none") turn.ask({ type: "SetVolume", call: id, volume });
  }
};
