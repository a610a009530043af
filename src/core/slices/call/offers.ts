/**
 * Offers inside an established call: hold, resume, the peer's re-INVITE, and glare.
 *
 *     stable ─ reoffer ─► offered ─ OfferAccepted ─► stable
 *                            └ OfferRejected 491 ─► glare ─ timer ─► offered
 *
 * What we want the peer to know, and it does not yet: our hold, and where our sound is (`moved`).
 */
import {
  type Call,
  type CallIn,
  isIn,
  type Move,
  type OpenMedia,
  refuse,
  type Turn,
} from "../../state/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import {
  acceptAnswer,
  answerOffer,
  answerRemoval,
  createOffer,
  createReoffer,
  keptProtection,
  type MediaDescription,
  offeredProtection,
  restarted,
} from "../../media/mod.ts";
import type { SipInput } from "../../ports/mod.ts";
import { termsFor } from "./encryption.ts";
import { end } from "./ending.ts";
import { applyMute, holdsUs, portsOf, runStream } from "./media.ts";

/** Of telling the peer of a new address in vain, and ms between two. */
const MOVE_TRIES = 5;
const MOVE_RETRY_MS = 2_000;

type Established = CallIn<"established">;

/** Puts our wish for hold before the peer; waits for its turn while another offer is under way. */
export function setHold(turn: Turn, call: Call, local: boolean): void {
  const word = local ? "hold" : "resume";
  if (!isIn(call, "established")) return refuse(call, word, "an answered call");
  if (call.hold.local === local) {
    return refuse(call, word, local ? "an active call" : "a held call");
  }
  if (!local) holdOthers(turn, call.id);
  const changed = turn.put({ ...call, hold: { ...call.hold, local } });
  applyMute(turn, changed);
  turn.tell("call.hold", changed);
  reofferIfNeeded(turn, changed);
}

/** A call becomes active: the others are held, where one person has one pair of ears. */
export function holdOthers(turn: Turn, active: string): void {
  if (turn.settings.active === "all") return;
  const replaced = turn.find(active)?.replaces;
  for (const call of [...turn.calls.values()]) {
    const stays = call.id === active || call.id === replaced;
    if (!stays && isIn(call, "established") && !call.hold.local) {
      setHold(turn, call, true);
    }
  }
}

/** The active call is held, the held one resumed. */
export function swap(turn: Turn): void {
  const established = [...turn.calls.values()].filter((call): call is Established =>
    isIn(call, "established")
  );
  const held = established.filter((call) => call.hold.local);
  if (held.length !== 1 || established.length !== 2) {
    throw new OffhookError("invalid-state", "swap needs one active and one held call", {
      hint: "Use resume with a call's id.",
      data: { calls: established.map((call) => call.id) },
    });
  }
  setHold(turn, held[0], false);
}

export function remoteOffer(
  turn: Turn,
  call: Call,
  input: Extract<SipInput, { type: "RemoteOffer" }>,
): void {
  const ports = portsOf(call);
  if (input.offer !== null && (isIn(call, "calling") || isIn(call, "ringing"))) {
    return earlyOffer(turn, call, input.offer);
  }
  if (!isIn(call, "established") || ports === undefined) {
    turn.ask({ type: "RejectOffer", call: call.id, status: 491 });
    return;
  }
  if (call.phase.exchange.name === "offered" || call.phase.exchange.name === "awaiting-ack") {
    turn.ask({ type: "RejectOffer", call: call.id, status: 491 });
    return;
  }
  try {
    if (input.offer === null) return answerWithOffer(turn, call, ports);
    const wish = call.hold.local ? "sendonly" : "sendrecv";
    const { answer, stream } = input.offer.port === 0 && call.media.name === "running"
      ? answerRemoval(input.offer, call.media.stream)
      : answerOffer(input.offer, call.capabilities, ports, termsFor(turn, call, ports), wish);
    turn.ask({ type: "AnswerOffer", call: call.id, description: answer });
    const held = noteRemoteHold(turn, call, input.offer, answer);
    runStream(turn, { ...held, toldHold: call.hold.local }, stream, true);
  } catch (error) {
    turn.ask({ type: "RejectOffer", call: call.id, status: 488 });
    turn.notice(`refused the peer's offer: ${OffhookError.from(error).message}`, call.id);
  }
}

/** The peer changes the sound before the answer, which goes on with it then. */
function earlyOffer(turn: Turn, call: Call, offer: MediaDescription): void {
  const ports = portsOf(call);
  if (call.media.name !== "running" || ports === undefined) {
    return turn.ask({ type: "RejectOffer", call: call.id, status: 491 });
  }
  try {
    const terms = termsFor(turn, call, ports);
    const { answer, stream } = answerOffer(offer, call.capabilities, ports, terms);
    turn.ask({ type: "AnswerOffer", call: call.id, description: answer });
    turn.tell("call.early-media", runStream(turn, { ...call, description: answer }, stream, false));
  } catch (error) {
    turn.ask({ type: "RejectOffer", call: call.id, status: 488 });
    turn.notice(`refused the peer's offer: ${OffhookError.from(error).message}`, call.id);
  }
}

/** The peer asks for an offer of ours; its answer comes with the ACK. */
function answerWithOffer(
  turn: Turn,
  call: Established,
  ports: OpenMedia,
): void {
  const { media, capabilities, description } = call;
  const protection = media.name === "running"
    ? keptProtection(media.stream.keying, description)
    : offeredProtection(termsFor(turn, call, ports));
  const direction = call.hold.local ? "sendonly" : "sendrecv";
  const offer = createOffer(capabilities, current(ports), direction, protection);
  turn.ask({ type: "AnswerOffer", call: call.id, description: offer });
  turn.put({
    ...call,
    description: offer,
    phase: { ...call.phase, exchange: { name: "awaiting-ack", offer } },
  });
}

/** The answer to an offer of ours, in a 2xx or (delayed) in the ACK. */
export function offerAnswered(turn: Turn, call: Call, answer: MediaDescription | undefined): void {
  if (!isIn(call, "established")) return turn.notice("an answer came out of turn", call.id);
  const { exchange } = call.phase;
  if (exchange.name !== "offered" && exchange.name !== "awaiting-ack") return;
  if (answer === undefined) {
    const message = "the ACK brought no answer to our offer";
    return mediaLost(turn, call, new OffhookError("media-failed", message));
  }
  try {
    const stream = answer.port === 0 && call.media.name === "running"
      ? answerRemoval(answer, call.media.stream).stream
      : acceptAnswer(exchange.offer, answer, call.encryption);
    const stable = stabilised(turn, { ...settled(call), toldHold: isHold(exchange.offer) });
    const told = isHold(exchange.offer) ? stable : noteRemoteHold(turn, stable, answer);
    reofferIfNeeded(turn, runStream(turn, told, stream, true));
  } catch (error) {
    mediaLost(turn, call, error);
  }
}

export function offerRejected(turn: Turn, call: Call, status: number, reason: string): void {
  if (!isIn(call, "established") || call.phase.exchange.name !== "offered") return;
  if (status === 491) {
    turn.enter(untold(call, 0), { ...call.phase, exchange: { name: "glare" } });
    turn.startTimer("glare", call.id, glareMs(call, turn.moment.random));
    return;
  }
  if (call.moved?.offered) return moveRefused(turn, call, call.moved, status, reason);
  const refused = isHold(call.phase.exchange.offer) ? "hold" : "resume";
  const kept = stabilised(turn, keepHeld(call));
  applyMute(turn, kept);
  turn.tell("call.hold", kept, { refused, status, reason });
}

/**
 * After an offer that was refused, or never answered. Whoever would not be held hears silence all the
 * same: no microphone opens behind the user's back, least of all while another call is active. Who
 * would not be resumed sends us nothing: the call stays held.
 */
function keepHeld(call: Established): Established {
  return { ...call, hold: { ...call.hold, local: call.hold.local || call.toldHold } };
}

/** Our address is another one: the peer has to send its sound there. */
export function move(turn: Turn, call: Call): void {
  const moved = { tries: call.moved?.tries ?? 0, offered: false };
  reofferIfNeeded(turn, turn.put({ ...call, moved }));
}

/** The network may not be there yet: tried again a few times. */
function moveRefused(
  turn: Turn,
  call: Established,
  { tries }: Move,
  status: number,
  reason: string,
): void {
  const again = status === 0 || status === 408 || status >= 500;
  if (again && tries < MOVE_TRIES) {
    const waiting = { ...call.phase, exchange: { name: "glare" } as const };
    turn.enter(untold(call, 1), waiting);
    return turn.startTimer("glare", call.id, MOVE_RETRY_MS);
  }
  stabilised(turn, keepHeld(settled(call)));
  const answer = `${status} ${reason}`.trimEnd();
  const what = `the other side did not take our new address (${answer})`;
  turn.notice(`${what}: it may not be heard any more`, call.id);
}

/** An offer with our address of now was answered. */
function settled(call: Established): Established {
  const { moved, ...rest } = call;
  return moved?.offered ? rest : call;
}

function untold(call: Established, more: number): Established {
  const { moved } = call;
  if (!moved?.offered) return call;
  return { ...call, moved: { tries: moved.tries + more, offered: false } };
}

export function glareOver(turn: Turn, call: Call): void {
  if (isIn(call, "established") && call.phase.exchange.name === "glare") {
    reofferIfNeeded(turn, stabilised(turn, call));
  }
}

/** Also after an exchange: for a wish that came meanwhile. */
export function reofferIfNeeded(turn: Turn, call: Call): void {
  const open = portsOf(call);
  if (!isIn(call, "established") || open === undefined || call.regathering) return;
  const { moved } = call;
  const ports = current(open);
  const isKnown = call.hold.local === call.toldHold && (moved === undefined || moved.offered);
  if (call.phase.exchange.name !== "stable" || isKnown) return;
  const direction = call.hold.local ? "sendonly" : "sendrecv";
  const offer = call.media.name === "running"
    ? createReoffer(call.media.stream, call.capabilities, ports, direction, call.description)
    : createOffer(call.capabilities, ports, direction);
  turn.ask({ type: "SendReinvite", call: call.id, offer });
  turn.put({
    ...call,
    ...(moved === undefined ? {} : { moved: { ...moved, offered: true } }),
    description: offer,
    phase: { ...call.phase, exchange: { name: "offered", offer } },
  });
}

/** Our side as an offer of ours has it: what was gathered anew makes it a restart of ICE. */
function current(ports: OpenMedia): OpenMedia {
  return ports.ice?.next === undefined ? ports : { ...ports, ...restarted(ports) };
}

function noteRemoteHold(
  turn: Turn,
  call: Call,
  theirs: MediaDescription,
  ours: MediaDescription | undefined = call.description,
): Call {
  const remote = holdsUs(theirs);
  const next: Call = { ...call, hold: { ...call.hold, remote } };
  if (ours !== undefined) next.description = ours;
  if (remote !== call.hold.remote) turn.tell("call.hold", next);
  return turn.put(next);
}

/** Whether an offer of ours puts the peer on hold. */
function isHold(offer: MediaDescription): boolean {
  return offer.direction === "sendonly";
}

function stabilised(turn: Turn, call: Call): Established {
  const established = call as Established;
  return turn.enter(call, { ...established.phase, exchange: { name: "stable" } });
}

/** RFC 3261 §14.1: the owner of the Call-ID waits 2.1–4 s, the other side 0–2 s, in 10 ms units. */
function glareMs(call: Call, random: number): number {
  const [low, high] = call.direction === "outgoing" ? [210, 400] : [0, 200];
  return (low + Math.floor(random * (high - low + 1))) * 10;
}

/** No sound can flow any more: the call has no use. */
export function mediaLost(turn: Turn, call: Call, why: unknown): void {
  turn.ask({ type: "SendBye", call: call.id });
  const error = typeof why === "string"
    ? new OffhookError("media-failed", why)
    : OffhookError.from(why);
  end(turn, call, {
    outcome: "media-failed",
    sipStatus: 200,
    reason: error.message,
    endedBy: "local",
    error: error.toJSON(),
  }, true);
}
