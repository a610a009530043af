/** Digits that the other side did not take, in words of a person. Pure. */
import type { DigitWay } from "../account/mod.ts";
import type { CallEventDetails } from "./events.ts";

const INSTEAD: Readonly<Record<DigitWay, string>> = {
  rfc4733: "as telephone-events",
  info: "by INFO",
  inband: "as tones in the sound",
};

/** `digits by INFO were refused (415 Unsupported): they are sent as tones in the sound`. */
export function refusedDigitsWords(
  { by, next, status, reason }: CallEventDetails["call.digits-refused"],
): string {
  const why = `${status === 0 ? "" : `${status} `}${reason}`.trim();
  const then = next === undefined ? "they were not sent" : `they are sent ${INSTEAD[next]}`;
  return `digits ${INSTEAD[by]} were refused (${why}): ${then}`;
}
