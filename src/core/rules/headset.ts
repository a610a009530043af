/** What the lamps of headsets shall show: a function of the calls, sent when it changes. */
import type { HeadsetState } from "../ports/mod.ts";
import { isIn, type PhoneState, type Rule } from "../state/mod.ts";

/** What every attached headset shall show. */
export function headsetStateOf(state: PhoneState): HeadsetState {
  let offHook = false, ring = false, active = false, held = false, muted = false;
  for (const call of state.calls.values()) {
    if (isIn(call, "ringing")) ring = true;
    else if (!isIn(call, "ending")) {
      // A held call keeps its line: dropping it makes some headsets end the call.
      offHook = true;
      if (isIn(call, "established") && call.hold.local) held = true;
      else active = true;
      if (!call.hold.local && call.muted) muted = true;
    }
  }
  return { offHook, ring, ringer: ring && !offHook, mute: muted, hold: held && !active };
}

export const showOnHeadsets: Rule = (before, after, turn) => {
  const was = headsetStateOf(before);
  const is = headsetStateOf(after);
  const same = was.offHook === is.offHook && was.ring === is.ring && was.ringer === is.ringer &&
    was.mute === is.mute && was.hold === is.hold;
  if (!same) turn.ask({ type: "SetHeadset", state: is });
};
