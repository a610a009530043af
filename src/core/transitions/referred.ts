/**
 * A transfer by the peer (RFC 3515): we are asked to call somebody else.
 *
 *     REFER ─► 202, NOTIFY 100 ─► Dial ─ 18x ─► NOTIFY 18x ─ answer, refusal ─► NOTIFY 200, ≥ 300
 *        └ we do not follow, or a transfer is under way ─► 603
 *
 * The peer's call stays until the peer ends it; so a transfer that fails loses nobody.
 */
import type { Call } from "../call.ts";
import type { SipInput } from "../sip_port.ts";
import { isIn, type Turn } from "../turn.ts";
import { place } from "./outgoing.ts";

/** ms that the new party may let it ring. */
const NO_ANSWER_MS = 60_000;

export function referred(
  turn: Turn,
  call: Call,
  { target, referral }: Extract<SipInput, { type: "ReferReceived" }>,
): void {
  const followed = turn.settings.transfers === "follow" && isIn(call, "established") &&
    call.referral === undefined && turn.find(referral) === undefined;
  turn.ask({ type: "AnswerRefer", call: call.id, status: followed ? 202 : 603 });
  if (!followed) return;
  turn.put({ ...call, referral });
  turn.ask({ type: "SendReferStatus", call: call.id, status: 100, reason: "Trying" });
  const { account, endpoints } = call;
  const limits = { noAnswerMs: NO_ANSWER_MS };
  place(turn, { call: referral, account, target, endpoints, limits }, { referrer: call.id });
}
