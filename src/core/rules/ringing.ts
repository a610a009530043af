/**
 * Which call is heard to ring: one at a time, and none in a call, where the waiting tone tells of it.
 * A function of the calls, as that tone is.
 */
import type { Ring } from "../ports/mod.ts";
import { type Call, isIn, type PhoneState, type Rule, type Settings } from "../state/mod.ts";

export const ringForCalls: Rule = (before, after, turn) => {
  const next = callThatRings(after);
  for (const { id, rings } of before.calls.values()) {
    if (!rings || id === next?.id) continue;
    turn.ask({ type: "StopRinging", call: id });
    const is = turn.find(id);
    if (is !== undefined) turn.put({ ...is, rings: false });
  }
  const ring = next && !next.rings ? ringOf(next, after.settings) : undefined;
  if (next === undefined || ring === undefined) return;
  turn.ask({ type: "StartRinging", call: next.id, ring });
  turn.put({ ...next, rings: true });
};

/** The first that waits for an answer, unless the person talks. */
function callThatRings({ calls }: PhoneState): Call | undefined {
  let first: Call | undefined;
  for (const call of calls.values()) {
    const talks = isIn(call, "answering") || (isIn(call, "established") && !call.hold.local);
    if (talks) return undefined;
    if (first === undefined && isIn(call, "ringing") && !call.silenced) first = call;
  }
  return first;
}

function ringOf(call: Call, settings: Settings): Ring | undefined {
  const { ringer = settings.endpoints.speaker, active, tones = "itu" } = settings;
  if (active === "all" || ringer.kind !== "device") return undefined;
  const file = call.ringFile ?? settings.ringFile;
  return {
    ...(ringer.name === undefined ? {} : { device: ringer.name }),
    ...(file === undefined ? {} : { file }),
    country: tones === "none" ? "itu" : tones,
  };
}
