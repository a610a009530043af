/**
 * Bad sound: a direction of an answered call that sounds bad for some seconds is told, with its cause,
 * and told again when it has been good for longer.
 *
 *     report ─► bad for 3 s ─► call.quality { bad: true } ─► good for 15 s ─► { bad: false }
 *                (there: 8 s)
 *
 * Between bad and good nothing changes, so that a call at the limit is told once. Nothing is said on
 * hold, and of a direction in which no sound arrives at all (`silence.ts`).
 */
import type { DirectionQuality, MediaReport } from "../../ports/mod.ts";
import {
  type BadSoundCause,
  badSoundOf,
  type Call,
  type CallDirection,
  type CallIn,
  DIRECTIONS,
  type SoundWatch,
  type Turn,
} from "../../state/mod.ts";

/** MOS under which many are dissatisfied (G.107 annex B), and from which most are content again. */
const BAD_MOS = 3.6;
const GOOD_MOS = 3.8;
/** How long it must be so before it is told, ms: of what they hear two reports must say it. */
const BAD_MS: Record<CallDirection, number> = { incoming: 3_000, outgoing: 8_000 };
const GOOD_MS = 15_000;
/** Standing still in ten seconds that is heard, ms. */
const BUSY_MS = 400;
/** A person who listens may be muted for a while, ms. */
const SILENT_MS = 30_000;

type Established = CallIn<"established">;
type Verdict = { cause: BadSoundCause; value: number } | "good" | "unclear";

/** What a report tells of the sound. */
export function watchSound(turn: Turn, reported: Established, report: MediaReport): void {
  if (reported.hold.local || reported.hold.remote) return forget(turn, reported);
  let call: Established = reported;
  for (const direction of DIRECTIONS) {
    call = follow(turn, call, direction, judge(call, direction, report));
  }
}

function judge(call: Call, direction: CallDirection, report: MediaReport): Verdict {
  if (call.silences?.[direction] !== undefined) return "unclear";
  const rated = report.quality?.[direction];
  if (direction === "outgoing") return judgeRating(rated, false);
  const { digitalSilenceMs = 0, stalledHereMs = 0 } = report;
  if (digitalSilenceMs >= SILENT_MS) return { cause: "silent", value: digitalSilenceMs };
  if (stalledHereMs >= BUSY_MS) return { cause: "busy", value: stalledHereMs };
  return judgeRating(rated, true);
}

/** @param withDelay the delay is that of both directions: it is told of one */
function judgeRating(rated: DirectionQuality | undefined, withDelay: boolean): Verdict {
  if (rated?.now === undefined) return "unclear";
  const { lossShare, lateShare = 0, undecodableShare = 0, listening, conversational } = rated.now;
  if (listening.mos < BAD_MOS) {
    const shares = [["loss", lossShare], ["late", lateShare], [
      "undecodable",
      undecodableShare,
    ]] as const;
    const [cause, share] = shares.reduce((worst, next) => next[1] > worst[1] ? next : worst);
    return { cause, value: 100 * share };
  }
  const mos = withDelay ? conversational?.mos ?? listening.mos : listening.mos;
  if (mos < BAD_MOS) return { cause: "delay", value: rated.oneWayMs ?? 0 };
  return mos >= GOOD_MOS ? "good" : "unclear";
}

function follow(
  turn: Turn,
  call: Established,
  direction: CallDirection,
  verdict: Verdict,
): Established {
  const watch = call.soundWatch?.[direction] ?? {};
  const { at } = turn.moment;
  if (verdict === "unclear") return call;
  if (verdict === "good") {
    const { told, goodSince = at } = watch;
    if (told === undefined) {
      return watch.badSince === undefined ? call : keep(turn, call, direction, {});
    }
    if (at - goodSince < GOOD_MS) return keep(turn, call, direction, { told, goodSince });
    const next = keep(turn, call, direction, {});
    turn.tell("call.quality", next, { direction, bad: false, lastedMs: goodSince - told.since });
    return next;
  }
  const { told, badSince = at } = watch;
  if (told !== undefined) return keep(turn, call, direction, { told });
  if (at - badSince < BAD_MS[direction]) return keep(turn, call, direction, { badSince });
  const sound = badSoundOf(verdict.cause, verdict.value, direction, badSince);
  const next = keep(turn, call, direction, { told: sound });
  turn.tell("call.quality", next, { direction, bad: true, ...sound });
  return next;
}

function keep(
  turn: Turn,
  call: Established,
  direction: CallDirection,
  watch: SoundWatch,
): Established {
  return turn.put({ ...call, soundWatch: { ...call.soundWatch, [direction]: watch } });
}

/** On hold nobody listens: what was told is over, and nothing is said of it. */
function forget(turn: Turn, call: Established): void {
  if (call.soundWatch === undefined) return;
  const { soundWatch: _, ...rest } = call;
  turn.put(rest);
}
