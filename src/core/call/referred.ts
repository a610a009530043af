/**
 * A transfer by the peer (RFC 3515, RFC 5589): we are asked to call somebody else.
 *
 *     REFER ─► 202, NOTIFY 100 ─► call ─ 18x ─► NOTIFY 18x ─ answer ──► NOTIFY 200: the peer's BYE is due
 *        └ we do not follow, or a transfer is under way ─► 603       └ refusal ─► NOTIFY ≥ 300, resumed
 *
 * The peer's call stays, on hold where one call is active at a time, until the peer ends it; so a
 * transfer that fails loses nobody.
 */
import type { Call } from "../state/call.ts";
import type { AudioEndpoints } from "../ports/media_port.ts";
import type { SipInput } from "../ports/sip_port.ts";
import { isIn, type Turn } from "../state/turn.ts";
import { bye } from "./established.ts";
import { place } from "./outgoing.ts";

/** ms that the new party may let it ring. */
const NO_ANSWER_MS = 60_000;

export function referred(
  turn: Turn,
  call: Call,
  { target, referral, referredBy, replaces }: Extract<SipInput, { type: "ReferReceived" }>,
): void {
  const followed = turn.settings.transfers === "follow" && isIn(call, "established") &&
    call.phase.transfer.name === "none" && call.referral === undefined &&
    turn.find(referral) === undefined;
  turn.ask({ type: "AnswerRefer", call: call.id, status: followed ? 202 : 603 });
  if (!followed) return turn.notice(`refused to be transferred to ${target}`, call.id);
  const resumes = turn.settings.active === "one" && !call.hold.local;
  const referring = turn.put({ ...call, referral: { leg: referral, target, resumes } });
  turn.ask({ type: "SendReferStatus", call: call.id, status: 100, reason: "Trying" });
  turn.tell("call.transfer", referring, { target, by: "remote", leg: referral });
  const { account, limits: { durationMs } } = call;
  place(turn, {
    call: referral,
    account,
    target,
    endpoints: endpointsFor(turn, call),
    limits: { noAnswerMs: NO_ANSWER_MS, ...(durationMs === undefined ? {} : { durationMs }) },
  }, {
    referrer: call.id,
    ...(referredBy === undefined ? {} : { referredBy }),
    ...(replaces === undefined ? {} : { replaces }),
  });
}

/** The new call is answered, and the peer does not end the one that it transferred. */
export function endForgotten(turn: Turn, call: Call): void {
  if (isIn(call, "established")) bye(turn, call, "transferred");
}

/** Where the person talks and listens; but two calls cannot write the same file. */
function endpointsFor(turn: Turn, { endpoints }: Call): AudioEndpoints {
  const { microphone, speaker } = endpoints;
  return {
    microphone,
    speaker: speaker.kind === "file" ? turn.settings.endpoints.speaker : speaker,
  };
}
