/** Other filters are told to the media of the calls that are on; media that opens later begins with them. */
import type { Rule } from "../state/mod.ts";

export const followSpeech: Rule = (before, { speech, calls }, turn) => {
  if (before.speech === speech) return;
  for (const { id, media } of calls.values()) {
    if (media.name !== "none") turn.ask({ type: "SetSpeech", call: id, speech });
  }
};
