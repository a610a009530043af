/** What is said of a direction without sound. Pure. */
import { sentences } from "../../base/mod.ts";
import type { CallEventDetails } from "../../core/state/mod.ts";

/** `we send to 192.0.2.7:4000, and nothing comes back. A firewall …`, `sound comes again after 12 s` */
export function silenceWords(detail: CallEventDetails["call.silence"]): string {
  if (detail.silent) return sentences(detail.text, detail.hint);
  const who = detail.direction === "incoming" ? "sound comes" : "the other side hears us";
  return `${who} again after ${Math.round(detail.lastedMs / 1_000)} s`;
}
