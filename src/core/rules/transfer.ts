/** A transfer waits for its hold, and goes out when that is settled, however it was. */
import { transferHeld } from "../slices/call/mod.ts";
import type { Rule } from "../state/mod.ts";

export const transferWhenHeld: Rule = (_before, after, turn) => {
  for (const id of turn.touched) {
    const call = after.calls.get(id);
    if (call !== undefined) transferHeld(turn, call);
  }
};
