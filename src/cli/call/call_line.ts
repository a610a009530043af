/** A live call on one line, as `offhook status` and `offhook calls` say it. Pure. */
import type { CallView } from "../../control/contract/mod.ts";
import { partyWords } from "../phone/mod.ts";

export function callLine(call: CallView, now: number): string {
  const arrow = call.direction === "incoming" ? "from" : "to";
  const since = Math.max(0, Math.round((now - (call.answeredAt ?? call.startedAt)) / 1_000));
  const muted = call.muted ? ", muted" : "";
  return `${call.id}  ${call.state}${muted}  ${arrow} ${partyWords(call.remote)}  ${since} s` +
    (call.codec === undefined ? "" : `  ${call.codec}`);
}
