/** What a peer that transferred us hears of the call that it had us make (RFC 3515 §2.4.5). */
import type { Call } from "../state/call.ts";
import { isIn, type Turn } from "../state/turn.ts";
import { setHold } from "../call/offers.ts";

/** ms after which a peer that does not end the call that it transferred has forgotten it. */
const BYE_MS = 10_000;

/** Nothing, unless `leg` was made for a peer that is still there and has not heard its end. */
export function tellReferrer(turn: Turn, leg: Call, status: number, reason: string): void {
  const referrer = leg.referrer === undefined ? undefined : turn.find(leg.referrer);
  if (referrer?.referral?.leg !== leg.id || !isIn(referrer, "established")) return;
  turn.ask({ type: "SendReferStatus", call: referrer.id, status, reason });
  if (status < 200) return;
  if (status < 300) {
    // The transferor ends its call now; one that forgets it is helped.
    turn.startTimer("transfer", referrer.id, BYE_MS);
    return turn.tell("call.transfer", referrer, { status, reason });
  }
  const { referral, ...back } = referrer;
  turn.tell("call.transfer", turn.put(back), { status, reason, failed: true });
  if (referral.resumes && back.hold.local && !talks(turn)) setHold(turn, back, false);
}

/** Whether the person is on another call by now. */
function talks({ calls }: Turn): boolean {
  return [...calls.values()].some((call) => isIn(call, "established") && !call.hold.local);
}
