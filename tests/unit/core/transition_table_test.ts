/**
 * The whole transition table: every input in every state of a call, the impossible edges included.
 *
 *     x  refused with a typed error, nothing changes     !  noticed, nothing changes
 *     .  nothing happens                                 =  something happens, the state stays
 *     a letter: the state that the call is in afterwards (see {@link STATES}), - when it is gone
 */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Input } from "../../../src/core/state/state.ts";
import type { Call } from "../../../src/core/state/call.ts";
import { accepted, REPORT, Scene, theirs } from "./scene.ts";

const call = "a";
const party = { uri: "sip:x@example.test" };
const error = { code: "declined", message: "no" } as const;
const dial: Input = { type: "Dial", call, account: "desk", target: "sip:b@x" };
const opened: Input = { type: "MediaOpened", call, port: 5000, rtcpPort: 5001 };
const held: Input = { type: "OfferAccepted", call, description: theirs({ direction: "recvonly" }) };
const refused491: Input = { type: "OfferRejected", call, status: 491, reason: "" };
const transfer: Input = { type: "Transfer", call, target: "sip:c@x" };

/** Each state by its letter, and the way there. */
const STATES: Record<string, () => Scene> = {
  "-": () => new Scene(),
  P: () => new Scene().play(dial),
  C: () => new Scene().dialled(),
  R: () => new Scene().ringing(),
  A: () => new Scene().ringing().play({ type: "Answer", call }),
  T: () => new Scene().talking(),
  O: () => new Scene().talking().play({ type: "Hold", call }),
  H: () => new Scene().talking().play({ type: "Hold", call }, held),
  G: () => new Scene().talking().play({ type: "Hold", call }, refused491),
  W: () => new Scene().ringing("a", null).play({ type: "Answer", call }, opened),
  F: () => new Scene().talking().play({ type: "Hold", call }, held, transfer),
  E: () => new Scene().talking().play({ type: "Hangup", call }),
  D: () => new Scene().dialled().play({ type: "Hangup", call }),
};

/** P preparing, C calling, R ringing, A answering, E ending; established is told by what is under way. */
function letterOf(found: Call | undefined): string {
  if (found === undefined) return "-";
  const { phase, hold } = found;
  if (phase.name === "ending") return phase.answeredAt === undefined ? "D" : "E";
  if (phase.name !== "established") return phase.name[0]!.toUpperCase();
  if (phase.transfer.name !== "none") return "F";
  const letters = { offered: "O", glare: "G", "awaiting-ack": "W", stable: hold.local ? "H" : "T" };
  return letters[phase.exchange.name];
}

const INPUTS: Record<string, Input> = {
  Dial: dial,
  Answer: { type: "Answer", call },
  Reject: { type: "Reject", call, status: 486 },
  Hangup: { type: "Hangup", call },
  Hold: { type: "Hold", call },
  Resume: { type: "Resume", call },
  Swap: { type: "Swap" },
  Mute: { type: "Mute", call, muted: true },
  Record: { type: "Record", call, path: "/x" },
  PauseRecording: { type: "PauseRecording", call, paused: true },
  UseEndpoints: { type: "UseEndpoints", call, microphone: { kind: "silence" } },
  AttachAudio: { type: "AttachAudio", call, attachment: "x", rate: 8_000, instead: false },
  DetachAudio: { type: "DetachAudio", call, attachment: "x" },
  SendDigits: { type: "SendDigits", call, digits: "1", durationMs: 100 },
  Transfer: transfer,
  SendEarlyMedia: { type: "SendEarlyMedia", call },
  IncomingCall: {
    type: "IncomingCall",
    call,
    account: "desk",
    sipCallId: "x",
    origin: "server",
    source: "192.0.2.1",
    from: party,
    to: party,
    offer: theirs(),
    transport: "udp",
  },
  "CallProgress 180": { type: "CallProgress", call, status: 180, reason: "", dialog: "1" },
  CallAccepted: accepted(call),
  "CallRejected 486": {
    type: "CallRejected",
    call,
    sipCallId: "x",
    status: 486,
    reason: "",
    error,
  },
  CallConfirmed: { type: "CallConfirmed", call, description: theirs() },
  CallCancelled: { type: "CallCancelled", call, elsewhere: false },
  RemoteOffer: { type: "RemoteOffer", call, offer: theirs() },
  OfferAccepted: held,
  "OfferRejected 488": { type: "OfferRejected", call, status: 488, reason: "" },
  "OfferRejected 491": refused491,
  CallEnded: { type: "CallEnded", call, by: "remote", reason: "" },
  "ReferProgress 200": { type: "ReferProgress", call, status: 200, reason: "" },
  "ReferProgress 486": { type: "ReferProgress", call, status: 486, reason: "" },
  InfoDigit: { type: "InfoDigit", call, digit: "1", durationMs: 100 },
  InfoDigitTaken: { type: "InfoDigitTaken", call, digit: "1" },
  InfoDigitsRefused: {
    type: "InfoDigitsRefused",
    call,
    digits: "1",
    durationMs: 100,
    status: 415,
    reason: "",
  },
  MediaOpened: opened,
  MediaFailed: { type: "MediaFailed", call, error: { code: "media-failed", message: "no" } },
  MediaReported: { type: "MediaReported", call, report: REPORT },
  MediaClosed: { type: "MediaClosed", call, report: REPORT },
  "timer no-answer": { type: "TimerFired", subject: "call", timer: "no-answer", call },
  "timer ring": { type: "TimerFired", subject: "call", timer: "ring", call },
  "timer auto-answer": { type: "TimerFired", subject: "call", timer: "auto-answer", call },
  "timer duration": { type: "TimerFired", subject: "call", timer: "duration", call },
  "timer glare": { type: "TimerFired", subject: "call", timer: "glare", call },
  "timer transfer": { type: "TimerFired", subject: "call", timer: "transfer", call },
  "timer silence": { type: "TimerFired", subject: "call", timer: "silence", call },
  "timer ending": { type: "TimerFired", subject: "call", timer: "ending", call },
  hookOff: { type: "HeadsetIntent", headset: "h", intent: { type: "hookOff" } },
  hookOn: { type: "HeadsetIntent", headset: "h", intent: { type: "hookOn" } },
};

function cell(make: () => Scene, input: Input): string {
  const scene = make();
  const before = scene.state;
  const letter = letterOf(before.calls.get(call));
  try {
    scene.play(input);
  } catch (thrown) {
    assert.ok(thrown instanceof OffhookError && thrown.code !== "internal", String(thrown));
    assert.equal(scene.state, before, `${input.type} is refused and changes something`);
    return "x";
  }
  const after = letterOf(scene.state.calls.get(call));
  if (after !== letter) return after;
  const { effects, events } = scene;
  if (effects.length === 0 && events.every(({ type }) => type === "notice")) {
    if (scene.state.calls === before.calls) return events.length > 0 ? "!" : ".";
  }
  return "=";
}

const TABLE = `
                  - P C R A T O H G W F E D
Dial              P x x x x x x x x x x x x
Answer            x x x A x x x x x x x x x
Reject            x x x - D x x x x x x x x
Hangup            x D D - D E E E E E E . .
Hold              x x x x x O x x x = x x x
Resume            x x x x x x = O = x = x x
Swap              x x x x x x x x x x x x x
Mute              x = = = = = = = = = = x x
Record            x x x x x = = = = = = x x
PauseRecording    x x x x x x x x x x x x x
UseEndpoints      x x x x x = = = = x = x x
AttachAudio       x = = x = = = = = = = x x
DetachAudio       . = = = = = = = = = = = =
SendDigits        x x x x x = = = = x = x x
Transfer          x x x x x F F F F F x x x
SendEarlyMedia    x x x = x x x x x x x x x
IncomingCall      R ! ! ! ! ! ! ! ! ! ! ! !
CallProgress 180  ! . = . . . . . . . . . .
CallAccepted      ! ! T ! ! ! ! ! ! ! ! = =
CallRejected 486  ! D D - D E E E E E E = =
CallConfirmed     ! . . . . . . . . T . . .
CallCancelled     ! . . - D . . . . . . . .
RemoteOffer       ! = = = = = = = = = = = =
OfferAccepted     ! ! ! ! ! . H . . T . ! !
OfferRejected 488 ! . . . . . H . . . . . .
OfferRejected 491 ! . . . . . G . . . . . .
CallEnded         ! D D - D E E E E E E = =
ReferProgress 200 ! . . . . . . . . . E . .
ReferProgress 486 ! . . . . . . . . . O . .
InfoDigit         ! = = = = = = = = = = = =
InfoDigitTaken    ! = = = = = = = = = = = =
InfoDigitsRefused ! = = = = = = = = = = = =
MediaOpened       ! C . . T . . . . . . . .
MediaFailed       ! - D - - E E E E E E = =
MediaReported     ! = = = = = = = = = = = =
MediaClosed       ! = = = = = = = = = = = =
timer no-answer   ! D D . . . . . . . . . .
timer ring        ! . . - . . . . . . . . .
timer auto-answer ! . . A . . . . . . . . .
timer duration    ! . . . . E E E E E E . .
timer glare       ! . . . . . . . O . . . .
timer transfer    ! . . . . . . . . . O . .
timer silence     ! . . . . . . . . . . . .
timer ending      ! . . . . . . . . . . - -
hookOff           . . . A . . . . . . . . .
hookOn            . D D - D E E E E E E . .
`;

Deno.test("every state of the table is what its letter says", () => {
  for (const [letter, make] of Object.entries(STATES)) {
    assert.equal(letterOf(make().state.calls.get(call)), letter);
  }
});

Deno.test("every input in every state does what the table says", () => {
  const columns = Object.values(STATES);
  const head = `${" ".repeat(18)}${Object.keys(STATES).join(" ")}`;
  const rows = Object.entries(INPUTS).map(([name, input]) =>
    name.padEnd(18) + columns.map((make) => cell(make, input)).join(" ")
  );
  assert.deepEqual([head, ...rows], TABLE.split("\n").slice(1, -1));
});
