/** A call to us, from INVITE to the answer. */
import {
  type Call,
  type CallIn,
  isIn,
  type OpenMedia,
  type PhoneCommand,
  refuse,
  type Turn,
} from "../../state/mod.ts";
import { autoAnswerMs, checkSaid, isTrusted } from "../../account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import {
  answerOffer,
  capabilitiesFor,
  createOffer,
  type MediaDescription,
  offeredProtection,
} from "../../media/mod.ts";
import type { SipEffect, SipInput } from "../../ports/mod.ts";
import { admit, capabilitiesOf, encryptionFor, replacedBy, ringingSource } from "./admission.ts";
import { termsFor } from "./encryption.ts";
import { end } from "./ending.ts";
import { establish } from "./established.ts";
import { formatsFor } from "./account_formats.ts";
import { gatherEarly, openMedia, portsOf, recordingOf, runStream } from "./media.ts";
import { holdOthers } from "./offers.ts";
import { goOver } from "./sound.ts";

export function incoming(turn: Turn, input: Extract<SipInput, { type: "IncomingCall" }>): void {
  if (!admit(turn, input)) return;
  const replaced = replacedBy(turn, input);
  const call: Call = {
    id: input.call,
    direction: "incoming",
    account: input.account,
    local: input.to,
    remote: input.from,
    sipCallId: input.sipCallId,
    transport: input.transport,
    startedAt: turn.moment.at,
    endpoints: turn.settings.endpoints,
    capabilities: capabilitiesOf(turn, input.account),
    encryption: encryptionFor(turn, input),
    request: { target: input.to.uri, headers: [] },
    limits: {},
    phase: { name: "ringing", offer: input.offer, source: ringingSource(input) },
    media: { name: "none" },
    hold: { local: false, remote: false },
    toldHold: false,
    muted: false,
    recording: recordingOf(turn.settings.endpoints),
    unacknowledged: true,
    ...(input.ringFile === undefined ? {} : { ringFile: input.ringFile }),
    trusted: turn.settings.trust === "everyone" || isTrusted(turn.settings.callers, input),
  };
  turn.put(call);
  if (replaced !== undefined) return replace(turn, call, replaced);
  turn.ask({ type: "SendProgress", call: call.id, status: 180 });
  const ringing = gatherEarly(turn, call);
  turn.startTimer("ring", call.id, turn.settings.ringMs);
  const { autoAnswerAfter } = input;
  const afterMs = autoAnswerMs(turn.settings.autoAnswer, ringing, autoAnswerAfter);
  if (afterMs !== undefined) turn.startTimer("auto-answer", call.id, afterMs);
  const detail = autoAnswerAfter === undefined ? undefined : { autoAnswerAfter };
  turn.tell("call.incoming", ringing, detail);
}

/**
 * RFC 3891 §3: the person talks already and is handed over, so nothing rings. The new call is heard
 * where the old one was, muted or held as that was.
 */
function replace(turn: Turn, call: Call, replaced: CallIn<"established">): void {
  const { id: replaces, endpoints, muted, hold } = replaced;
  turn.put({ ...call, replaces, muted, hold: { ...call.hold, local: hold.local } });
  turn.tell("call.incoming", turn.need(call.id), { replaces });
  const { record: _, ...sound } = endpoints;
  answer(turn, { type: "Answer", call: call.id, endpoints: sound });
}

/**
 * @throws OffhookError `invalid-state` unless the call rings, `usage` for an unknown codec and for
 * what may not stand in a message
 */
export function answer(turn: Turn, command: Extract<PhoneCommand, { type: "Answer" }>): void {
  const call = turn.need(command.call);
  if (!isIn(call, "ringing")) return refuse(call, "answer", "a ringing call");
  checkSaid(command);
  const { from, keying, headers = [] } = command;
  const capabilities = command.codecs === undefined
    ? call.capabilities
    : capabilitiesFor(command.codecs, formatsFor(turn, call.account));
  if (!call.hold.local) holdOthers(turn, call.id);
  turn.stopTimer("ring", call.id);
  turn.stopTimer("auto-answer", call.id);
  const wasOpened = call.media.name !== "none";
  const endpoints = command.endpoints ?? (wasOpened ? turn.settings.endpoints : call.endpoints);
  const early = wasOpened ? { early: call.endpoints } : {};
  const answering = turn.put({
    ...call,
    capabilities,
    encryption: command.encryption ?? call.encryption,
    endpoints,
    recording: recordingOf(endpoints),
    request: {
      ...call.request,
      headers,
      ...(from === undefined ? {} : { from }),
      ...(keying === undefined ? {} : { keying }),
    },
    limits: command.limits ?? call.limits,
    phase: { name: "answering", offer: call.phase.offer, ...early },
  }) as CallIn<"answering">;
  if (call.media.name === "running") return accept(turn, answering);
  // Opening for early media already: the answer goes out when it is open.
  if (call.media.name === "none") openMedia(turn, answering);
}

/**
 * Sound before the answer (183): the call goes on ringing. It is recorded from the answer on.
 *
 * @throws OffhookError `invalid-state` unless the call rings, with an offer, and has no sound yet
 */
export function sendEarlyMedia(
  turn: Turn,
  command: Extract<PhoneCommand, { type: "SendEarlyMedia" }>,
): void {
  const call = turn.need(command.call);
  if (!isIn(call, "ringing") || call.phase.offer === null || call.media.name !== "none") {
    return refuse(call, "send early media to", "a ringing call with an offer");
  }
  const { record: _, ...endpoints } = command.endpoints ?? call.endpoints;
  openMedia(turn, { ...call, endpoints });
}

/** Media of a ringing call is open: it was asked for early. */
export function earlyMedia(turn: Turn, call: CallIn<"ringing">): void {
  const ports = portsOf(call);
  if (ports === undefined || call.phase.offer === null) return;
  const { offer } = call.phase;
  const settled = answerOffer(offer, call.capabilities, ports, termsFor(turn, call, ports));
  turn.ask({ type: "SendProgress", call: call.id, status: 183, description: settled.answer });
  runStream(turn, { ...call, description: settled.answer }, settled.stream, true);
}

/** Media is open: the 200 goes out, with an answer or (delayed) an offer. */
export function accept(turn: Turn, call: CallIn<"answering">): void {
  const ports = portsOf(call);
  if (ports === undefined) return;
  const { offer, early } = call.phase;
  if (early !== undefined) goOver(turn, call, early);
  if (offer === null) return acceptWithOffer(turn, call, ports);
  const isOpen = call.media.name === "running" && call.media.stream.keying === undefined;
  if (
    call.media.name === "running" && call.description !== undefined &&
    !(isOpen && call.encryption === "require")
  ) {
    sendAccept(turn, call, call.description);
    establish(turn, runStream(turn, call, call.media.stream, true), { name: "stable" });
    return;
  }
  try {
    const wish = call.hold.local ? "sendonly" : "sendrecv";
    const terms = termsFor(turn, call, ports);
    const settled = answerOffer(offer, call.capabilities, ports, terms, wish);
    sendAccept(turn, call, settled.answer);
    const toldHold = call.hold.local;
    const described = { ...call, toldHold, description: settled.answer };
    establish(turn, runStream(turn, described, settled.stream, true), { name: "stable" });
  } catch (error) {
    reject(turn, call, 488, {}, OffhookError.from(error));
  }
}

/** The caller sent no offer: ours goes out in the 200, and the ACK brings the answer. */
function acceptWithOffer(turn: Turn, call: CallIn<"answering">, ports: OpenMedia): void {
  try {
    const direction = call.hold.local ? "sendonly" : "sendrecv";
    const protection = offeredProtection(termsFor(turn, call, ports));
    const offer = createOffer(call.capabilities, ports, direction, protection);
    sendAccept(turn, call, offer);
    establish(turn, { ...call, description: offer }, { name: "awaiting-ack", offer });
  } catch (error) {
    reject(turn, call, 488, {}, OffhookError.from(error));
  }
}

function sendAccept(turn: Turn, call: Call, description: MediaDescription): void {
  const { from, headers } = call.request;
  turn.ask({
    type: "SendAccept",
    call: call.id,
    description,
    ...(from === undefined ? {} : { from }),
    ...(headers.length === 0 ? {} : { headers }),
  });
}

/** Reject, as a person or a program asks for it. @throws OffhookError as {@link answer} */
export function refuseCall(turn: Turn, command: Extract<PhoneCommand, { type: "Reject" }>): void {
  const { call, status = 603, reason, target, headers } = command;
  checkSaid(command);
  if ((status < 400) !== (target !== undefined)) {
    throw new OffhookError(
      "usage",
      target === undefined
        ? `a refusal with ${status} must say where to call instead`
        : `a refusal with ${status} sends nobody elsewhere`,
      { hint: "300 to 399 need a target, others take none.", data: { status } },
    );
  }
  const contacts = target === undefined ? {} : { contacts: [target] };
  reject(turn, turn.need(call), status, {
    ...(reason === undefined ? {} : { reason }),
    ...(headers === undefined ? {} : { headers }),
    ...contacts,
  });
}

/**
 * The call goes on, without a sound here.
 * @throws OffhookError `invalid-state` unless the call rings
 */
export function silence(turn: Turn, call: Call): void {
  if (!isIn(call, "ringing")) return refuse(call, "silence", "a ringing call");
  turn.put({ ...call, silenced: true });
}

/** What the caller is told besides the status. */
type Said = Pick<Extract<SipEffect, { type: "SendReject" }>, "reason" | "headers" | "contacts">;

/**
 * Refuses a call that is not answered yet.
 * @param error of ours, for our own people
 */
export function reject(
  turn: Turn,
  call: Call,
  status: number,
  said: Said = {},
  error?: OffhookError,
): void {
  if (!isIn(call, "ringing") && !isIn(call, "answering")) {
    return refuse(call, "reject", "a ringing call");
  }
  turn.ask({ type: "SendReject", call: call.id, status, ...said });
  end(turn, call, {
    outcome: error === undefined ? "declined" : "media-failed",
    sipStatus: status,
    reason: said.reason ?? error?.message ?? "declined",
    endedBy: "local",
    ...(error === undefined ? {} : { error: error.toJSON() }),
  }, false);
}

/** Nobody who talks is put on hold by it: then the call goes on ringing. */
export function autoAnswer(turn: Turn, call: Call): void {
  if (!isIn(call, "ringing")) return;
  const others = [...turn.calls.values()].filter(({ id }) => id !== call.id);
  if (others.some(({ phase }) => phase.name !== "ending" && phase.name !== "ringing")) {
    return turn.notice("not answered by itself: another call is on", call.id);
  }
  answer(turn, { type: "Answer", call: turn.put({ ...call, autoAnswered: true }).id });
}

/** The caller gave up, or another phone answered. */
export function cancelled(turn: Turn, call: Call, elsewhere: boolean): void {
  if (!isIn(call, "ringing") && !isIn(call, "answering")) return;
  end(turn, call, {
    outcome: elsewhere ? "answered-elsewhere" : "missed",
    sipStatus: 487,
    reason: elsewhere ? "answered elsewhere" : "the caller gave up",
    endedBy: "remote",
  }, false);
}

/** Nobody answered in time. */
export function rungOut(turn: Turn, call: Call): void {
  if (!isIn(call, "ringing")) return;
  turn.ask({ type: "SendReject", call: call.id, status: 480 });
  end(turn, call, {
    outcome: "missed",
    sipStatus: 480,
    reason: "nobody answered",
    endedBy: "local",
  }, false);
}
