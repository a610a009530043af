/** What is shown and heard of all calls together, and when it can have changed. */
import type { PhoneState, Rule, Turn } from "../state/mod.ts";
import { showOnHeadsets } from "./headset.ts";
import { ringForCalls } from "./ringing.ts";
import { signalWaiting } from "./waiting.ts";

export const showCalls: Rule = (before, after, turn) => {
  if (!looksOther(before, after, turn)) return;
  signalWaiting(before, after, turn);
  ringForCalls(before, after, turn);
  showOnHeadsets(before, after, turn);
};

/** Whether a call began, ended, or changed in phase, hold, mute or silence: a report of its media does not. */
function looksOther(before: PhoneState, after: PhoneState, { touched }: Turn): boolean {
  for (const id of touched) {
    const was = before.calls.get(id);
    const is = after.calls.get(id);
    if (was === is) continue;
    if (was === undefined || is === undefined || was.phase.name !== is.phase.name) return true;
    if (was.hold.local !== is.hold.local || was.muted !== is.muted) return true;
    if (was.silenced !== is.silenced) return true;
  }
  return false;
}
