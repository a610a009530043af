/** A call of ours, from Dial to the answer. */
import { type Account, checkSaid, type PartyIdentity } from "../../account/mod.ts";
import { type Call, type CallIn, isIn, type PhoneCommand, type Turn } from "../../state/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import {
  acceptAnswer,
  answerOffer,
  capabilitiesFor,
  createOffer,
  type MediaDescription,
  offeredProtection,
} from "../../media/mod.ts";
import type { SipEffect, SipInput } from "../../ports/mod.ts";
import {
  carriesKeys,
  encryptionOfAccount,
  refusedOffer,
  sentOffer,
  termsFor,
} from "./encryption.ts";
import { end, outcomeOf, signallingDone } from "./ending.ts";
import { establish } from "./established.ts";
import { formatsFor } from "./account_formats.ts";
import { holdsUs, openMedia, portsOf, recordingOf, runStream } from "./media.ts";
import { holdOthers, mediaLost } from "./offers.ts";
import { failureTone } from "./tones.ts";

/** ms that a call of ours rings unless it says otherwise: nobody has to wait for ever. */
export const NO_ANSWER_MS = 60_000;

/** @throws OffhookError `config-invalid` for an unknown account, `usage` for an unknown codec */
export function dial(turn: Turn, command: Extract<PhoneCommand, { type: "Dial" }>): void {
  place(turn, { ...command, limits: { noAnswerMs: NO_ANSWER_MS, ...command.limits } });
  turn.remember({ account: command.account, target: command.target });
}

/** What a call has of the peer that referred us. */
interface Origin {
  referrer: string;
  referredBy?: string;
  replaces?: string;
}

/** Begins a call, for a person or for a peer that referred us. @throws as `dial` */
export function place(
  turn: Turn,
  command: Omit<Extract<PhoneCommand, { type: "Dial" }>, "type">,
  origin?: Origin,
): void {
  const { settings } = turn;
  const known = turn.accounts.get(command.account);
  if (known === undefined) {
    throw new OffhookError("config-invalid", `there is no account "${command.account}"`, {
      hint: `Accounts: ${[...turn.accounts.keys()].join(", ") || "none"}.`,
      data: { account: command.account },
    });
  }
  checkSaid(command);
  if (turn.find(command.call) !== undefined) {
    throw new OffhookError("invalid-state", `the call id "${command.call}" is taken`);
  }
  const capabilities = capabilitiesFor(
    command.codecs ?? known.account.codecs,
    formatsFor(turn, command.account),
  );
  holdOthers(turn, command.call);
  const call: Call = {
    id: command.call,
    direction: "outgoing",
    account: command.account,
    ...identityOf(known.account, command.from),
    remote: { uri: command.target },
    startedAt: turn.moment.at,
    endpoints: command.endpoints ?? settings.endpoints,
    capabilities,
    encryption: command.encryption ?? encryptionOfAccount(turn, command.account),
    request: {
      target: command.target,
      headers: command.headers ?? [],
      ...(command.from === undefined ? {} : { from: command.from }),
      ...(command.keying === undefined ? {} : { keying: command.keying }),
      ...(origin?.referredBy === undefined ? {} : { referredBy: origin.referredBy }),
      ...(origin?.replaces === undefined ? {} : { replaces: origin.replaces }),
    },
    limits: command.limits ?? {},
    phase: { name: "preparing" },
    media: { name: "opening" },
    hold: { local: false, remote: false },
    toldHold: false,
    muted: false,
    // We chose whom to call.
    trusted: true,
    recording: recordingOf(command.endpoints ?? settings.endpoints),
    ...(origin === undefined ? {} : { referrer: origin.referrer }),
  };
  openMedia(turn, call);
  turn.tell("call.dialling", call, origin && { referrer: origin.referrer });
}

/** Who we say that we are; without an account it depends on the way that the call takes. */
function identityOf(account: Account, from: PartyIdentity | undefined): { local?: PartyIdentity } {
  if (from !== undefined) return { local: from };
  if (account.server === "") return {};
  const uri = `sip:${account.user}@${account.server}`;
  const { displayName } = account;
  return { local: displayName === undefined ? { uri } : { uri, displayName } };
}

/** Media is open: the INVITE goes out with an offer of its ports. */
export function invite(turn: Turn, call: CallIn<"preparing">): void {
  const ports = portsOf(call);
  if (ports === undefined) return;
  const offer = createOffer(
    call.capabilities,
    ports,
    "sendrecv",
    offeredProtection({
      policy: call.encryption,
      ...(ports.keys === undefined ? {} : { keys: ports.keys }),
      ...(ports.fingerprint === undefined ? {} : { fingerprint: ports.fingerprint }),
    }),
  );
  const { target, headers, from, referredBy, replaces } = call.request;
  turn.ask({
    type: "SendInvite",
    call: call.id,
    account: call.account,
    target,
    offer,
    ...inTheClear(turn, call, offer),
    headers,
    ...(from === undefined ? {} : { from }),
    ...(referredBy === undefined ? {} : { referredBy }),
    ...(replaces === undefined ? {} : { replaces }),
  });
  if (call.limits.noAnswerMs !== undefined) {
    turn.startTimer("no-answer", call.id, call.limits.noAnswerMs);
  }
  turn.enter({ ...call, description: offer }, { name: "calling", offer, progress: 0, reason: "" });
}

/** What signalling gets that must not carry the keys of an offer. */
function inTheClear(
  turn: Turn,
  call: Call,
  offer: MediaDescription,
): Pick<Extract<SipEffect, { type: "SendInvite" }>, "inTheClear"> {
  if (offer.crypto === undefined || carriesKeys(turn, call.account, undefined)) return {};
  return {
    inTheClear: call.encryption === "require" ? "refused" : sentOffer(turn, call, offer, "udp"),
  };
}

/** 18x: ringback, and early media of whichever fork spoke last. */
export function progress(
  turn: Turn,
  call: Call,
  input: Extract<SipInput, { type: "CallProgress" }>,
): void {
  if (!isIn(call, "calling")) return;
  const { sipCallId = call.sipCallId } = input;
  const known: CallIn<"calling"> = turn.put({
    ...call,
    ...(sipCallId === undefined ? {} : { sipCallId }),
  });
  const { status, reason } = input;
  let next: Call = turn.enter(known, { ...call.phase, progress: status, reason });
  const detail = { status, reason };
  if (input.description === undefined) return turn.tell("call.progress", next, detail);
  try {
    const offer = sentOffer(turn, call, call.phase.offer, input.transport);
    next = runStream(turn, next, acceptAnswer(offer, input.description, call.encryption), false);
    turn.tell("call.early-media", next, detail);
  } catch (error) {
    turn.notice(`early media refused: ${OffhookError.from(error).message}`, call.id);
    turn.tell("call.progress", next, detail);
  }
}

export function accepted(
  turn: Turn,
  call: Call,
  input: Extract<SipInput, { type: "CallAccepted" }>,
): void {
  // It crossed our CANCEL: signalling acknowledges and ends it.
  if (isIn(call, "ending")) return signallingDone(turn, call);
  if (!isIn(call, "calling")) return turn.notice("an answer came out of turn", call.id);
  const { sipCallId, remote, transport } = input;
  const { local = input.local } = call;
  const known: CallIn<"calling"> = turn.put({ ...call, sipCallId, local, remote, transport });
  if (input.isOffer) return acceptDelayed(turn, known, input.description);
  const { description } = input;
  if (description === null) return acceptEarly(turn, known);
  try {
    const offer = sentOffer(turn, known, known.phase.offer, transport);
    const stream = acceptAnswer(offer, description, known.encryption);
    const hold = { local: false, remote: holdsUs(description) };
    establish(turn, runStream(turn, { ...known, hold }, stream, true), { name: "stable" });
  } catch (error) {
    mediaLost(turn, known, error);
  }
}

/** The answer came in a reliable provisional response before: the stream goes on as it is. */
function acceptEarly(turn: Turn, call: CallIn<"calling">): void {
  if (call.media.name !== "running") {
    const message = "the answer to the call described no sound";
    return mediaLost(turn, call, new OffhookError("media-failed", message));
  }
  establish(turn, runStream(turn, call, call.media.stream, true), { name: "stable" });
}

/** We sent no offer; the 2xx brings the peer's. */
function acceptDelayed(
  turn: Turn,
  call: CallIn<"calling">,
  offer: MediaDescription | null,
): void {
  const ports = portsOf(call);
  try {
    if (offer === null || ports === undefined) throw new OffhookError("media-failed", "no offer");
    const terms = termsFor(turn, call, ports);
    const { answer, stream } = answerOffer(offer, call.capabilities, ports, terms);
    turn.ask({ type: "AnswerOffer", call: call.id, description: answer });
    establish(turn, runStream(turn, { ...call, description: answer }, stream, true), {
      name: "stable",
    });
  } catch (error) {
    turn.ask({ type: "RejectOffer", call: call.id, status: 488 });
    mediaLost(turn, call, error);
  }
}

export function rejected(
  turn: Turn,
  call: Call,
  input: Extract<SipInput, { type: "CallRejected" }>,
): void {
  const { sipCallId, transport } = input;
  const { local = input.local } = call;
  const known = turn.put({
    ...call,
    sipCallId,
    ...(local === undefined ? {} : { local }),
    ...(transport === undefined ? {} : { transport }),
  });
  const { status: sipStatus, reason } = input;
  const error = refusedOffer(turn, known, input.error);
  if (isIn(known, "ending")) {
    // Nobody answered because nothing did: the call did not even ring.
    if (known.phase.outcome.outcome !== "no-answer" || sipStatus !== 0) {
      return signallingDone(turn, known);
    }
    const outcome = {
      outcome: outcomeOf(error),
      sipStatus,
      reason,
      endedBy: "none",
      error,
    } as const;
    return signallingDone(turn, turn.enter(known, { ...known.phase, outcome }));
  }
  const endedBy = sipStatus === 0 ? "none" : "remote";
  const tone = failureTone(known, sipStatus, turn.settings);
  end(turn, known, { outcome: outcomeOf(error), sipStatus, reason, endedBy, error }, false, tone);
}

/** Nobody answered in time. */
export function unanswered(turn: Turn, call: Call): void {
  if (!isIn(call, "calling") && !isIn(call, "preparing")) return;
  cancel(turn, call, new OffhookError("no-answer", "nobody answered in time"));
}

/** Gives up a call that nobody answered yet. */
export function cancel(
  turn: Turn,
  call: CallIn<"preparing" | "calling">,
  error: OffhookError,
): void {
  const invited = isIn(call, "calling");
  if (invited) turn.ask({ type: "SendCancel", call: call.id });
  const isUnanswered = error.code === "no-answer";
  const outcome = {
    outcome: isUnanswered ? "no-answer" : "cancelled",
    sipStatus: 0,
    reason: error.message,
    endedBy: "local",
    error: error.toJSON(),
  } as const;
  // Who gives up knows it.
  const tone = invited && isUnanswered ? failureTone(call, 0, turn.settings) : null;
  end(turn, call, outcome, invited, tone);
}
