/**
 * Blind transfer that cannot lose the caller (RFC 3515).
 *
 *     none ─ Transfer ─► holding ─ held ─► referred ─ NOTIFY 2xx ─► our BYE
 *                                             └ NOTIFY ≥ 300, timer ─► none, resumed
 */
import { type Call, isIn, refuse, type Transfer, type Turn } from "../../state/mod.ts";
import { callErrorCode } from "../../../base/network/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { end } from "./ending.ts";
import { askDialog } from "./liveness.ts";
import { setHold } from "./offers.ts";

/** ms after which a target that neither answers nor refuses counts as failed. */
const TRANSFER_MS = 60_000;
/**
 * ms without news of the transfer after which the peer is asked whether it is still there: some servers
 * tell `100 Trying` and then nothing (Asterisk into voicemail, into a queue).
 */
const NEWS_MS = 5_000;

export function transfer(turn: Turn, call: Call, target: string): void {
  if (!isIn(call, "established")) return refuse(call, "transfer", "an answered call");
  if (call.asked !== undefined) {
    throw new OffhookError("invalid-state", `the other side transfers call "${call.id}"`, {
      hint: "Follow it, or refuse.",
      data: { call: call.id, target: call.asked.target },
    });
  }
  const under = call.phase.transfer.name === "none" ? call.referral : call.phase.transfer;
  if (under !== undefined) {
    throw new OffhookError("invalid-state", `call "${call.id}" is being transferred already`, {
      data: { call: call.id, target: under.target },
    });
  }
  const waiting = withTransfer(turn, call, { name: "holding", target });
  if (!call.hold.local) setHold(turn, waiting, true);
}

/** The hold is settled (or refused: the transfer goes on all the same): refer. */
export function transferHeld(turn: Turn, call: Call): void {
  if (!isIn(call, "established") || call.phase.transfer.name !== "holding") return;
  if (call.phase.exchange.name !== "stable") return;
  const { target } = call.phase.transfer;
  turn.ask({ type: "SendRefer", call: call.id, target });
  turn.startTimer("transfer", call.id, TRANSFER_MS);
  turn.startTimer("transfer-news", call.id, NEWS_MS);
  turn.tell("call.transfer", withTransfer(turn, call, { name: "referred", target }), { target });
}

export function referProgress(turn: Turn, call: Call, status: number, reason: string): void {
  if (!isIn(call, "established") || call.phase.transfer.name !== "referred") return;
  if (status < 200) {
    turn.startTimer("transfer-news", call.id, NEWS_MS);
    return turn.tell("call.transfer", call, { status, reason });
  }
  if (status >= 300) return transferFailed(turn, call, status, reason);
  turn.tell("call.transfer", call, { status, reason });
  turn.ask({ type: "SendBye", call: call.id });
  const outcome = { outcome: "answered", sipStatus: 200, reason: "transferred" } as const;
  end(turn, call, { ...outcome, endedBy: "local" }, true);
}

/** Still under way, or has the peer left long ago? */
export function noNews(turn: Turn, call: Call): void {
  if (!isIn(call, "established") || call.phase.transfer.name !== "referred") return;
  turn.startTimer("transfer-news", call.id, NEWS_MS);
  askDialog(turn, call);
}

/** The caller comes back from hold. */
export function transferFailed(turn: Turn, call: Call, status: number, reason: string): void {
  if (!isIn(call, "established") || call.phase.transfer.name === "none") return;
  turn.stopTimer("transfer", call.id);
  turn.stopTimer("transfer-news", call.id);
  const back = withTransfer(turn, call, { name: "none" });
  const { target } = call.phase.transfer;
  const error = new OffhookError(
    callErrorCode(status),
    `${target} was not reached: ${status} ${reason}`.trimEnd(),
    { hint: "The call is back.", data: { target, status, reason } },
  ).toJSON();
  turn.tell("call.transfer", back, { status, reason, failed: true, error });
  if (back.hold.local) setHold(turn, back, false);
}

function withTransfer(turn: Turn, call: Call, next: Transfer): Call {
  if (!isIn(call, "established")) return call;
  return turn.enter(call, { ...call.phase, transfer: next });
}
