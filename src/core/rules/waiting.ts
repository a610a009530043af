/**
 * The call-waiting tone: who talks hears, beside the far end, that another call rings. Like what the
 * lamps of a headset show, it is a function of the calls.
 */
import type { CallId } from "../ports/mod.ts";
import { toneOf } from "../slices/call/mod.ts";
import { isIn, type PhoneState, type Rule } from "../state/mod.ts";

export const signalWaiting: Rule = (before, after, turn) => {
  const was = disturbedCall(before);
  const is = disturbedCall(after);
  if (was === is) return;
  const left = was === undefined ? undefined : after.calls.get(was);
  // Media of a call that ends is closed anyway.
  if (left !== undefined && !isIn(left, "ending")) {
    turn.ask({ type: "PlayTone", call: left.id, tone: null });
  }
  const tone = toneOf("waiting", after.settings);
  if (is !== undefined && tone !== null) turn.ask({ type: "PlayTone", call: is, tone });
};

/** The call in which the tone is heard. An exchange, which has no ears of its own, has none. */
function disturbedCall({ settings, calls }: PhoneState): CallId | undefined {
  if (settings.active === "all") return undefined;
  let talking: CallId | undefined;
  let rings = false;
  for (const call of calls.values()) {
    if (isIn(call, "ringing")) rings ||= !call.silenced;
    else if (isIn(call, "established") && !call.hold.local) talking = call.id;
  }
  return rings ? talking : undefined;
}
