/**
 * What a person wants on a headset becomes the command that fits the moment.
 *
 * A wish that fits nothing (put down without a call) is ignored: a headset says more than it means.
 */
import { type Call, isIn, type Turn } from "../../state/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { HeadsetId, HeadsetInput, HeadsetIntent } from "../../ports/mod.ts";
import { answer, dial, hangup, mute, reject, sendDigits, setHold, swap } from "../call/mod.ts";
import { setVolume } from "../settings/mod.ts";

/** ms of a digit that is pressed on a headset. */
const DIGIT_MS = 100;

export function headsetIntent(
  turn: Turn,
  { headset, intent }: Extract<HeadsetInput, { type: "HeadsetIntent" }>,
): void {
  if (intent.type === "volume") return setVolume(turn, intent.direction);
  const calls = [...turn.calls.values()];
  const ringing = calls.find((call) => isIn(call, "ringing"));
  const front = frontOf(calls);
  try {
    if (ringing !== undefined && actOnRinging(turn, ringing, front, intent)) return;
    if (front !== undefined) actOnCall(turn, front, intent, calls);
    else if (ringing === undefined) beginCall(turn, intent);
    if (intent.type === "setMute" && intent.refused) tellRefusal(turn, headset);
  } catch (error) {
    turn.notice(`headset ${intent.type}: ${OffhookError.from(error).message}`);
  }
}

/** The call that buttons mean: the active one, else one that is being dialled, else the held one. */
function frontOf(calls: Call[]): Call | undefined {
  const live = calls.filter((call) => !isIn(call, "ending") && !isIn(call, "ringing"));
  return live.find((call) => !call.hold.local) ?? live[0];
}

function actOnRinging(
  turn: Turn,
  ringing: Call,
  front: Call | undefined,
  intent: HeadsetIntent,
): boolean {
  const answers = intent.type === "hookOff" || intent.type === "flash" ||
    (intent.type === "hold" && front !== undefined);
  if (answers) answer(turn, { type: "Answer", call: ringing.id });
  else if (intent.type === "reject") reject(turn, ringing, 603, { reason: "Decline" });
  // Put down while it rings and nothing else is on: some makes decline that way.
  else if (intent.type === "hookOn" && front === undefined) {
    reject(turn, ringing, 603, { reason: "Decline" });
  } else return false;
  return true;
}

function actOnCall(turn: Turn, front: Call, intent: HeadsetIntent, calls: Call[]): void {
  switch (intent.type) {
    case "hookOn":
      return hangup(turn, front);
    case "toggleMute":
      return mute(turn, front, !front.muted);
    case "setMute":
      return mute(turn, front, intent.muted);
    case "digit":
      if (front.media.name !== "running") return;
      return sendDigits(turn, front, {
        type: "SendDigits",
        call: front.id,
        digits: intent.digit,
        durationMs: DIGIT_MS,
      });
    case "hold":
    case "flash":
      return holdOrSwap(turn, front, calls);
  }
}

/** Lifted, or redial pressed, while no call is on. */
function beginCall(turn: Turn, { type }: HeadsetIntent): void {
  const { lift } = turn.settings;
  const wanted = type === "redial" || (type === "hookOff" && lift?.kind === "redial")
    ? turn.lastDialled
    : type === "hookOff" && lift?.kind === "hotline"
    ? lift.dial
    : undefined;
  if (wanted !== undefined) dial(turn, { type: "Dial", call: freshId(turn), ...wanted });
}

/** Eight hexadecimal digits that no call has. */
function freshId(turn: Turn): string {
  let number = Math.floor(turn.moment.random * 2 ** 32);
  const text = () => number.toString(16).padStart(8, "0");
  while (turn.find(text()) !== undefined) number = (number + 1) % 2 ** 32;
  return text();
}

function tellRefusal(turn: Turn, headset: HeadsetId): void {
  turn.events.push({
    type: "headset-notice",
    headset,
    notice: "unmute-refused",
    text: "The headset keeps its microphone muted",
    hint: "Turn its boom arm down, or unmute it at the headset.",
  });
}

function holdOrSwap(turn: Turn, front: Call, calls: Call[]): void {
  const established = calls.filter((call) => isIn(call, "established"));
  const held = established.filter((call) => call.hold.local);
  if (established.length === 2 && held.length === 1) swap(turn);
  else if (isIn(front, "established")) setHold(turn, front, !front.hold.local);
}
