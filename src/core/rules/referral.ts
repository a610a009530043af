/** What a peer that transferred us hears of the call that it had us make (RFC 3515 §2.4.5). */
import { type Call, isIn, type Rule, type Turn } from "../state/mod.ts";
import { setHold } from "../slices/call/mod.ts";

/** ms after which a peer that does not end the call that it transferred has forgotten it. */
const BYE_MS = 10_000;

interface News {
  /** SIP status of the call that the peer had us make. */
  status: number;
  reason: string;
}

const UNAVAILABLE: News = { status: 480, reason: "Temporarily Unavailable" };

export const tellReferrers: Rule = (before, after, turn) => {
  for (const id of turn.touched) {
    const was = before.calls.get(id);
    if (was?.referrer === undefined) continue;
    const news = newsOf(was, after.calls.get(id));
    if (news !== undefined) tellReferrer(turn, was, news);
  }
};

/** What became of a leg in one step; its answer or its end is the last word. */
function newsOf(was: Call, is: Call | undefined): News | undefined {
  if (isIn(was, "established") || isIn(was, "ending")) return undefined;
  if (is === undefined) return UNAVAILABLE;
  if (isIn(is, "established")) return { status: 200, reason: "OK" };
  if (isIn(is, "ending")) {
    const { sipStatus: status, endedBy, reason } = is.phase.outcome;
    // Our own words are for our own people.
    return endedBy === "remote" && status >= 300 ? { status, reason } : UNAVAILABLE;
  }
  if (!isIn(is, "calling") || is.phase === was.phase || is.phase.progress === 0) return undefined;
  return { status: is.phase.progress, reason: is.phase.reason };
}

/** Nothing, unless `leg` was made for a peer that is still there and has not heard its end. */
function tellReferrer(turn: Turn, leg: Call, { status, reason }: News): void {
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
