/**
 * An account's connection broke, or is there again: RTP may flow all the same, so the peers of its
 * calls are asked whether they are still there.
 */
import { askDialog } from "../slices/call/mod.ts";
import type { Rule } from "../state/mod.ts";

export const askPeers: Rule = (before, after, turn) => {
  if (before.accounts === after.accounts) return;
  for (const call of after.calls.values()) {
    const was = before.accounts.get(call.account);
    const is = after.accounts.get(call.account);
    // One that is configured anew begins without a connection: nothing broke.
    if (was?.account === is?.account && was?.connected !== is?.connected) askDialog(turn, call);
  }
};
