/** What is said of a direction without sound, or with bad sound. Pure. */
import { sentences } from "../../base/mod.ts";
import type { CallEventDetails } from "../../core/state/mod.ts";

/** `we send to 192.0.2.7:4000, and nothing comes back. A firewall …`, `sound comes again after 12 s` */
export function silenceWords(detail: CallEventDetails["call.silence"]): string {
  if (detail.silent) return sentences(detail.text, detail.hint);
  const who = detail.direction === "incoming" ? "sound comes" : "the other side hears us";
  return `${who} again after ${Math.round(detail.lastedMs / 1_000)} s`;
}

/** `bad sound: 12 % of …. Is the network busy? …`, `the sound is good again after 40 s` */
export function soundWords(detail: CallEventDetails["call.quality"]): string {
  if (detail.bad) return sentences(detail.text, detail.hint);
  const what = detail.direction === "incoming" ? "the sound is" : "what the other side hears is";
  return `${what} good again after ${Math.round(detail.lastedMs / 1_000)} s`;
}
