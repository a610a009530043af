/** Which tones a person hears of a call, and whether somebody hears them at all. */
import type { CallTone, Tone } from "../../media/mod.ts";
import type { Call, Settings } from "../../state/mod.ts";

/** Somebody is there and does not take the call. Every other failure is congestion (ITU-T E.180). */
const BUSY: readonly number[] = [486, 600, 603];

/** A tone as the settings want it; null: none is played. */
export function toneOf(name: CallTone, { tones = "itu" }: Settings): Tone | null {
  return tones === "none" ? null : { name, country: tones };
}

/** An exchange has no ears, and a program that reads a pipe wants the far end and nothing else. */
export function hearsTones({ endpoints }: Call, { active }: Settings): boolean {
  const { kind } = endpoints.speaker;
  return active === "one" && (kind === "device" || kind === "file");
}

/**
 * What is heard of a call of ours that nobody took; null: nothing. Who was talking to a peer that
 * referred us is with that peer again.
 * @param sipStatus final response; 0: none came
 */
export function failureTone(call: Call, sipStatus: number, settings: Settings): Tone | null {
  if (call.referrer !== undefined || !hearsTones(call, settings)) return null;
  return toneOf(BUSY.includes(sipStatus) ? "busy" : "congestion", settings);
}
