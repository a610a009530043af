/**
 * A call in another network: what has to be gathered anew, and the offer that tells the peer.
 *
 *     NetworkChanged ────────► RegatherMedia ─► MediaRegathered ─┐
 *     IceLost ───────────────────────▲                           │
 *     CallAddressChanged ──┬─────────▲ (with ICE)                ├─► re-INVITE
 *                          └── (without) ────────────────────────┘
 *
 * One offer tells everything: it waits until media has said what it gathered.
 */
import { type Call, isIn, type Turn } from "../../state/mod.ts";
import { sentences } from "../../../base/mod.ts";
import { regathered } from "../../media/mod.ts";
import type { MediaInput, RegatherWhen } from "../../ports/mod.ts";
import { gatherEarly, portsOf } from "./media.ts";
import { move, reofferIfNeeded } from "./offers.ts";

/** The machine's network is another one; which calls that matters to is seen by media. */
export function followNetwork(turn: Turn): void {
  for (const call of turn.calls.values()) {
    if (isIn(call, "ringing") && call.media.name === "none") gatherEarly(turn, call);
    else regather(turn, call, "gone");
  }
}

/** Does nothing for a call without ICE, whose sockets are everywhere. */
function regather(turn: Turn, call: Call, when: RegatherWhen): void {
  if (isIn(call, "ending") || portsOf(call)?.ice === undefined) return;
  turn.put({ ...call, regathering: (call.regathering ?? 0) + 1 });
  turn.ask({ type: "RegatherMedia", call: call.id, when });
}

/** Signalling goes another way: the peer knows an address that is not ours any more. */
export function addressMoved(turn: Turn, call: Call): void {
  if (!isIn(call, "established")) return;
  if (!call.regathering) regather(turn, call, "changed");
  move(turn, turn.need(call.id));
}

/** A call that is on goes by another way, if there is one. */
export function wayLost(turn: Turn, call: Call): void {
  if (isIn(call, "established")) regather(turn, call, "always");
}

export function mediaRegathered(
  turn: Turn,
  call: Call,
  { gathered, failures = [] }: Extract<MediaInput, { type: "MediaRegathered" }>,
): void {
  const { media, description } = call;
  if (isIn(call, "ending") || call.regathering === undefined) return;
  for (const { message, hint } of failures) turn.notice(sentences(message, hint), call.id);
  const { regathering, ...answered } = call;
  const now = turn.put(regathering > 1 ? { ...call, regathering: regathering - 1 } : answered);
  if (gathered === undefined) return reofferIfNeeded(turn, now);
  if (media.name !== "open" && media.name !== "running") return;
  const ports = regathered(media, gathered, description?.ice !== undefined);
  const there = turn.put({ ...now, media: { ...media, ...ports } });
  // Who was told nothing yet hears of it in the answer.
  if (description !== undefined) move(turn, there);
}
