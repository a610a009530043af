/** An answered call, however it was answered: its beginning, mute, and its end. */
import { type Call, type Exchange, isIn, refuse, type Turn } from "../../state/mod.ts";
import type { SipInput } from "../../ports/mod.ts";
import { end, signallingDone } from "./ending.ts";
import { applyMute } from "./media.ts";
import { holdOthers, offerAnswered, reofferIfNeeded } from "./offers.ts";

/** The call is answered, by either side. */
export function establish(turn: Turn, call: Call, exchange: Exchange): Call {
  turn.stopTimer("no-answer", call.id);
  turn.stopTimer("ring", call.id);
  if (!call.hold.local) holdOthers(turn, call.id);
  const answeredAt = turn.moment.at;
  const established = turn.enter(call, {
    name: "established",
    answeredAt,
    exchange,
    transfer: { name: "none" },
  });
  if (call.muted || call.hold.local) applyMute(turn, established);
  if (call.limits.durationMs !== undefined) {
    turn.startTimer("duration", call.id, call.limits.durationMs);
  }
  turn.tell("call.answered", established);
  // Another network while the other side rang.
  if (established.moved !== undefined) reofferIfNeeded(turn, established);
  return turn.need(call.id);
}

/** The ACK to a 2xx of ours came: the first one shows that an incoming call's address is no forgery. */
export function confirmed(
  turn: Turn,
  call: Call,
  { description }: Extract<SipInput, { type: "CallConfirmed" }>,
): void {
  if (!isIn(call, "established")) return;
  const { unacknowledged, ...rest } = call;
  const known = unacknowledged === true ? turn.put(rest) : call;
  if (call.phase.exchange.name === "awaiting-ack") offerAnswered(turn, known, description);
  else if (unacknowledged === true && call.media.name === "running") {
    turn.ask({ type: "ConfirmMedia", call: call.id });
  }
}

export function mute(turn: Turn, call: Call, muted: boolean): void {
  if (isIn(call, "ending")) refuse(call, muted ? "mute" : "unmute", "a call that is on");
  const changed = turn.put({ ...call, muted });
  applyMute(turn, changed);
  turn.tell("call.mute", changed);
}

/** The far end hung up, or the dialog was lost. */
export function callEnded(
  turn: Turn,
  call: Call,
  input: Extract<SipInput, { type: "CallEnded" }>,
): void {
  if (isIn(call, "ending")) return signallingDone(turn, call);
  const answered = isIn(call, "established");
  const lost = input.error !== undefined;
  end(turn, call, {
    outcome: answered ? "answered" : "failed",
    sipStatus: answered ? 200 : 0,
    reason: input.reason,
    endedBy: lost ? "none" : input.by,
    ...(lost ? { error: input.error } : {}),
  }, false);
}

/** Our BYE for an answered call. */
export function bye(turn: Turn, call: Call, reason: string): void {
  turn.ask({ type: "SendBye", call: call.id });
  end(turn, call, { outcome: "answered", sipStatus: 200, reason, endedBy: "local" }, true);
}
