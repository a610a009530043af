/**
 * The machine's network: every account and call goes on from where it is now. Whether that is another
 * place at all is seen by signalling, which knows the way to each server, and by media, which knows the
 * way of each call's sound; nothing is sent where it is not.
 */
import type { NetworkInput } from "../../ports/mod.ts";
import type { Slice, Turn } from "../../state/mod.ts";
import { followNetwork } from "../call/mod.ts";

export const NETWORK: Slice<never, never, NetworkInput> = {
  initial: () => ({}),
  commands: {},
  news: {
    NetworkChanged: (turn) => follow(turn, false),
    MachineSlept: (turn, { ms }) => {
      turn.notice(`this machine slept for ${lasting(ms)}: the servers hear from us anew`);
      follow(turn, true);
    },
  },
  timers: {},
};

function follow(turn: Turn, slept: boolean): void {
  for (const account of turn.accounts.keys()) turn.ask({ type: "FollowNetwork", account, slept });
  followNetwork(turn);
}

/** `40 s`, `12 min`, `9 h`. */
function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
