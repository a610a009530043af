/**
 * Whether the other side of an answered call is still there.
 *
 *     nothing heard for a while ─┐
 *     its connection broke ──────┼─► AskDialog (OPTIONS) ─► DialogAnswered ─ there ─► goes on
 *     a transfer without news ───┘                              └ gone ─► the call ends
 *
 * Silence alone ends nothing: peers that hold, mute or suppress silence may send nothing for long.
 */
import { OffhookError } from "../../../base/mod.ts";
import { withDigits } from "./digits.ts";
import type { MediaReport, SipInput } from "../../ports/mod.ts";
import { type Call, isIn, type Turn } from "../../state/mod.ts";
import { end } from "./ending.ts";
import { watchSilence } from "./silence.ts";
import { watchSound } from "./sound_watch.ts";

/** So many times longer may it be silent on hold. */
const HOLD_FACTOR = 10;
/** ms since the last packet within which a peer counts as heard. */
const HEARD_MS = 5_000;

export function mediaReported(turn: Turn, call: Call, report: MediaReport): void {
  if (report.undecodable > 0 && !call.report?.undecodable) tellUndecodable(turn, call, report);
  const before = withDigits(turn, call, report);
  if (isIn(before, "established")) watchSilence(turn, before, report);
  const heard = turn.find(call.id);
  if (heard !== undefined && isIn(heard, "established")) watchSound(turn, heard, report);
  const reported = turn.find(call.id);
  if (reported === undefined) return;
  turn.tell("call.media", reported);
  const { silenceMs = 0 } = turn.settings;
  if (silenceMs === 0 || !isIn(reported, "established")) return;
  const limit = isHeld(reported) ? silenceMs * HOLD_FACTOR : silenceMs;
  // One that works again is asked anew after the next silence only.
  const since = turn.moment.at - (reported.askedAt ?? 0);
  if (Math.min(report.rtpSilentMs, report.rtcpSilentMs, since) >= limit) askDialog(turn, reported);
}

/** Once a call: what it comes to is in the reports. */
function tellUndecodable(turn: Turn, { id }: Call, { codec }: MediaReport): void {
  turn.notice(`packets come that cannot be decoded as ${codec ?? "sound"}: it is made up for`, id);
}

/** Asks the peer; once at a time. */
export function askDialog(turn: Turn, call: Call): void {
  if (!isIn(call, "established") || call.asking) return;
  turn.put({ ...call, asking: true, askedAt: turn.moment.at });
  turn.ask({ type: "AskDialog", call: call.id });
}

export function dialogAnswered(
  turn: Turn,
  call: Call,
  { verdict, reason }: Extract<SipInput, { type: "DialogAnswered" }>,
): void {
  const { asking: _, ...answered } = call;
  const known = turn.put(answered);
  if (verdict !== "gone" || !isIn(known, "established")) return;
  if (isHeard(known)) {
    return turn.notice(`the other side is heard, but ${reason} when it was asked`, call.id);
  }
  turn.ask({ type: "SendBye", call: call.id });
  if (known.phase.transfer.name === "referred") {
    // It went where it was sent, and its server told no more than that it is trying.
    const told = "left for the transfer target";
    return end(turn, known, {
      outcome: "answered",
      sipStatus: 200,
      reason: told,
      endedBy: "remote",
    }, true);
  }
  const error = new OffhookError("unreachable", `the other side is gone: ${reason}`, {
    hint: "Its phone, its server or the network between failed.",
  });
  end(turn, known, {
    outcome: "answered",
    sipStatus: 200,
    reason: error.message,
    endedBy: "none",
    error: error.toJSON(),
  }, true);
}

/** Some answer 481 to OPTIONS in a living dialog; and RTP outlives a server that fails. */
function isHeard({ report }: Call): boolean {
  if (report === undefined || report.received + report.rtcpReceived === 0) return false;
  return Math.min(report.rtpSilentMs, report.rtcpSilentMs) < HEARD_MS;
}

function isHeld({ hold }: Call): boolean {
  return hold.local || hold.remote;
}
