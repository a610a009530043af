/**
 * Keys during a call on a terminal: digits dial, `m` mutes, `q` hangs up. Ctrl-C is a signal, as ever.
 * Not on the real-time path.
 */
import type { CallFollower } from "./call_follower.ts";
import type { Io, Keyboard } from "../process/io.ts";

export function openCallKeys(io: Io, follower: CallFollower): Keyboard {
  return io.keyboard((keys) => {
    // An escape sequence (arrow, function key) is no digits.
    if (keys.startsWith("\u001b")) return;
    for (const key of keys) {
      if (key === "q" || key === "\u0004") follower.hangup();
      else if (key === "m") follower.toggleMute();
      else if (/[0-9*#A-D]/.test(key)) follower.press(key);
    }
  });
}
