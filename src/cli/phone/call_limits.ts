/** Time limits of a call, as the flags say them. Pure. */
import type { CallLimits } from "../../core/state/mod.ts";
import type { CallValues } from "../phone_fields/mod.ts";

/** Those that begin with the answer. */
export function answeredLimits(
  { duration, silenceLimit, heldSilenceLimit }: Pick<
    CallValues,
    "duration" | "silenceLimit" | "heldSilenceLimit"
  >,
): CallLimits {
  return {
    ...(duration === undefined ? {} : { durationMs: duration }),
    ...(silenceLimit === undefined ? {} : { silenceMs: silenceLimit }),
    ...(heldSilenceLimit === undefined ? {} : { heldSilenceMs: heldSilenceLimit }),
  };
}
