/** What a person hears before there is a far end to be heard. */
import { hearsTones, toneOf } from "../slices/call/mod.ts";
import { type Call, isIn, type Rule, type Settings } from "../state/mod.ts";

/**
 * Ringback is asked for while the other side rings, whatever it says of early media: by its packets media
 * decides whether it is heard.
 */
export const playRingback: Rule = (before, after, turn) => {
  for (const id of turn.touched) {
    const is = after.calls.get(id);
    // Media of a call that ends is closed anyway.
    if (is === undefined || isIn(is, "ending")) continue;
    const rings = ringsThere(is, after.settings);
    if (rings === ringsThere(before.calls.get(id), after.settings)) continue;
    const tone = rings ? toneOf("ringback", after.settings) : null;
    if (tone !== null || !rings) turn.ask({ type: "PlayTone", call: id, tone });
  }
};

function ringsThere(call: Call | undefined, settings: Settings): boolean {
  if (call === undefined || !isIn(call, "calling")) return false;
  return call.phase.progress >= 180 && hearsTones(call, settings);
}
