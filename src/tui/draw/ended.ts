/** What became of a call, in a sentence, and why when it was no good. Pure. */
import type { MessageRole } from "../act/mod.ts";
import { sentences, withoutStop } from "../../base/mod.ts";
import type { AppState, EndedCall } from "../model/mod.ts";
import { shortAddress, type Words } from "../look/mod.ts";
import { whoOf } from "./widgets.ts";

export interface Ending {
  text: string;
  role: Exclude<MessageRole, "bad">;
}

export function endingOf(
  state: AppState,
  { record, transferredTo }: EndedCall,
  { t, duration }: Words,
): Ending {
  const { remote, outcome, answeredAt, endedAt, reason, error, recording, endedBy } = record;
  const who = whoOf(state, remote);
  if (outcome === "answered") {
    const time = duration(endedAt - (answeredAt ?? endedAt));
    if (transferredTo !== undefined && endedBy !== "local") {
      // Some hang up as soon as they know where to go: how it went there is not told any more.
      const target = shortAddress(transferredTo);
      return { text: t("ended.left", { who, target, time }), role: "text" };
    }
    // The core's word for a transfer whose target answered.
    if (transferredTo !== undefined && reason === "transferred") {
      const target = shortAddress(transferredTo);
      return { text: t("ended.transferred", { who, target, time }), role: "good" };
    }
    const said = t("ended.after", { who, outcome: t("ended.word"), time });
    const kept = recording === undefined ? "" : `. ${t("ended.recording", { path: recording })}`;
    return { text: `${said}${kept}`, role: "text" };
  }
  const quiet = outcome === "cancelled" || outcome === "answered-elsewhere";
  const why = withoutStop(sentences(error?.message ?? reason, error?.hint));
  const said = t(`outcome.${outcome}`);
  const text = quiet || why === "" ? said : `${said} (${why})`;
  return { text: t("ended.text", { who, outcome: text }), role: quiet ? "text" : "warn" };
}
