/** A live call on one line, as `offhook status` and `offhook calls` say it. Pure. */
import type { CallView } from "../../control/contract/mod.ts";
import type { PartyIdentity } from "../../core/account/mod.ts";
import { cipherWords } from "../../core/state/mod.ts";
import { qualityWords } from "./quality_words.ts";

export function callLine(call: CallView, now: number): string {
  const faults = [...Object.values(call.silence ?? {}), ...Object.values(call.badSound ?? {})]
    .map(({ text }) => `  ${text}`).join("");
  const arrow = call.direction === "incoming" ? "from" : "to";
  const since = Math.max(0, Math.round((now - (call.answeredAt ?? call.startedAt)) / 1_000));
  const quality = qualityWords(call.report?.quality);
  const muted = call.muted ? ", muted" : "";
  return `${call.id}  ${call.state}${muted}  ${arrow} ${partyWords(call.remote)}  ${since} s` +
    (call.codec === undefined ? "" : `  ${call.codec}`) +
    (call.encryption === undefined ? "" : `  ${cipherWords(call.encryption)}`) +
    (quality === "" ? "" : `  ${quality}`) + faults;
}

/** With the name that our contacts have; what the other side calls itself is only its word. */
export function partyWords({ uri, contact }: PartyIdentity): string {
  return contact === undefined ? uri : `${contact} ${uri}`;
}
