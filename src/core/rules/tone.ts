/** Which tones a person hears before there is a far end to be heard. */
import type { CallTone, Tone } from "../media/mod.ts";
import { type Call, isIn, type Rule, type Settings } from "../state/mod.ts";

/** A tone as the settings want it; null: none is played. */
export function toneOf(name: CallTone, { tones = "itu" }: Settings): Tone | null {
  return tones === "none" ? null : { name, country: tones };
}

/**
 * Ringback is asked for while the other side rings, whatever it says of early media: by its packets media
 * decides whether it is heard.
 */
export const playRingback: Rule = (before, after, turn) => {
  if (after.settings.active === "all") return;
  for (const id of turn.touched) {
    const is = after.calls.get(id);
    // Media of a call that ends is closed anyway.
    if (is === undefined || isIn(is, "ending")) continue;
    const rings = ringsThere(is);
    if (rings === ringsThere(before.calls.get(id))) continue;
    const tone = rings ? toneOf("ringback", after.settings) : null;
    if (tone !== null || !rings) turn.ask({ type: "PlayTone", call: id, tone });
  }
};

/** A program that reads a pipe wants the far end and nothing else. */
function ringsThere(call: Call | undefined): boolean {
  if (call === undefined || !isIn(call, "calling") || call.phase.progress < 180) return false;
  const { kind } = call.endpoints.speaker;
  return kind === "device" || kind === "file";
}
