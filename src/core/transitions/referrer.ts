/** What a peer that transferred us hears of the call that it had us make (RFC 3515 §2.4.5). */
import type { Call } from "../call.ts";
import { isIn, type Turn } from "../turn.ts";

/** Nothing, unless `call` was made for a peer that is still there and has not heard its end. */
export function tellReferrer(turn: Turn, call: Call, status: number, reason: string): void {
  const referrer = call.referrer === undefined ? undefined : turn.find(call.referrer);
  if (referrer?.referral !== call.id || !isIn(referrer, "established")) return;
  turn.ask({ type: "SendReferStatus", call: referrer.id, status, reason });
  if (status < 200) return;
  const { referral: _, ...settled } = referrer;
  turn.put(settled);
}
