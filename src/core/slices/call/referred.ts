/**
 * A transfer by the peer (RFC 3515, RFC 5589): we are asked to call somebody else.
 *
 *     REFER ─ policy ─ follow ───────────────► 202, NOTIFY 100 ─► call ─ 18x ─► NOTIFY 18x ─ answer ─► NOTIFY 200
 *               ├ ask ─► a face ─ FollowTransfer ─┘                 └ refusal ─► NOTIFY ≥ 300, resumed
 *               │          └ RefuseTransfer, timer ─► 603
 *               └ never, not trusted, a transfer is under way, sips: without TLS ─► 603
 *
 * The peer's call stays, on hold where one call is active at a time, until the peer ends it; so a
 * transfer that fails loses nobody.
 */
import {
  type AskedTransfer,
  type Call,
  isIn,
  refuse,
  type TransferPolicy,
  type Turn,
} from "../../state/mod.ts";
import { asksForMore, stricter } from "../../account/mod.ts";
import type { AudioEndpoints, SipInput } from "../../ports/mod.ts";
import { bye } from "./established.ts";
import { encryptionOfAccount } from "./encryption.ts";
import { NO_ANSWER_MS, place } from "./outgoing.ts";

/** ms that a person has to decide: the peer's REFER is given up after 32 s (RFC 3261 §17.1.2.2). */
const ASK_MS = 20_000;

export function referred(
  turn: Turn,
  call: Call,
  { type: _, call: __, ...refer }: Extract<SipInput, { type: "ReferReceived" }>,
): void {
  const policy = policyFor(turn, call, refer);
  if (policy === "never") {
    turn.ask({ type: "AnswerRefer", call: call.id, status: 603 });
    return turn.notice(`refused to be transferred to ${refer.target}`, call.id);
  }
  if (policy === "follow") return follow(turn, call, refer);
  const asking = turn.put({ ...call, asked: refer });
  turn.startTimer("refer", call.id, ASK_MS);
  turn.tell("call.transfer", asking, { target: refer.target, by: "remote", asked: true });
}

/** @throws OffhookError `invalid-state` when the peer asked for nothing */
export function followTransfer(turn: Turn, call: Call): void {
  const { asked, ...rest } = call;
  if (asked === undefined) return refuse(call, "follow", "a call that its other side transfers");
  turn.stopTimer("refer", call.id);
  follow(turn, rest, asked);
}

/** Also when nobody decided in time. @throws OffhookError as {@link followTransfer} */
export function refuseTransfer(turn: Turn, call: Call, why = "Decline"): void {
  const { asked, ...rest } = call;
  if (asked === undefined) return refuse(call, "refuse", "a call that its other side transfers");
  turn.stopTimer("refer", call.id);
  turn.ask({ type: "AnswerRefer", call: call.id, status: 603 });
  const { target } = asked;
  const refusal = { target, by: "remote", status: 603, reason: why, failed: true } as const;
  turn.tell("call.transfer", turn.put(rest), refusal);
}

/** Nobody said yes or no. */
export function askedInVain(turn: Turn, call: Call): void {
  if (call.asked !== undefined) refuseTransfer(turn, call, "nobody decided");
}

/**
 * What is to be done with a REFER: never what a stranger wants, nor two at a time, nor a `sips:` call
 * that the account could make in the clear only.
 */
function policyFor(turn: Turn, call: Call, { referral, target }: AskedTransfer): TransferPolicy {
  const free = isIn(call, "established") && call.phase.transfer.name === "none" &&
    call.referral === undefined && call.asked === undefined && turn.find(referral) === undefined;
  if (!free || !call.trusted) return "never";
  const transport = turn.accounts.get(call.account)?.account.transport;
  if (asksForMore(target, transport)) return "never";
  const { transfers = "never", transfersAutoAnswered = "never" } = turn.settings;
  return call.autoAnswered ? transfersAutoAnswered : transfers;
}

function follow(
  turn: Turn,
  call: Call,
  { target, referral, referredBy, replaces }: AskedTransfer,
): void {
  turn.ask({ type: "AnswerRefer", call: call.id, status: 202 });
  const resumes = turn.settings.active === "one" && !call.hold.local;
  const referring = turn.put({ ...call, referral: { leg: referral, target, resumes } });
  turn.ask({ type: "SendReferStatus", call: call.id, status: 100, reason: "Trying" });
  turn.tell("call.transfer", referring, { target, by: "remote", leg: referral });
  const { account, limits: { durationMs } } = call;
  place(turn, {
    call: referral,
    account,
    target,
    encryption: stricter(call.encryption, encryptionOfAccount(turn, account)),
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
