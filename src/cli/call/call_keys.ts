/**
 * Keys during a call on a terminal: digits are sent into it once it is answered, `m` mutes, `q` hangs
 * up. Letters do nothing in the moment after the call began or was answered: who types ahead means the
 * shell. Ctrl-C is a signal, as ever; no other Ctrl key acts.
 */
import { TypeAhead } from "../../base/time/mod.ts";
import { isDigit, isTelephoneKey } from "../../core/media/mod.ts";
import type { CallFollower } from "./call_follower.ts";
import type { Io, Keyboard } from "../process/mod.ts";

export function openCallKeys(io: Io, follower: CallFollower): Keyboard {
  const typeAhead = new TypeAhead();
  typeAhead.changed(io.now());
  void follower.answered.then(() => typeAhead.changed(io.now()));
  return io.keyboard((keys) => {
    // An escape sequence (arrow, function key) is no digits.
    if (keys.startsWith("\u001b")) return;
    for (const key of keys) if (isTelephoneKey(key)) void follower.press(key);
    // Several at once are a paste, or were typed while nobody read.
    const [text, ...others] = [...keys].filter((key) => key >= " " && !isTelephoneKey(key));
    if (text === undefined || typeAhead.drops(io.now()) || others.length > 0) return;
    act(text, follower);
  });
}

function act(key: string, follower: CallFollower): void {
  if (key === "q") void follower.hangup();
  else if (key === "m") void follower.toggleMute();
  else if (isDigit(key)) void follower.press(key);
}
