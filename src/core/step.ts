/**
 * The phone's one state machine: `step(state, input, moment) → { state, effects, events }`.
 *
 * Pure: no clock, no timers, no I/O; what it needs of the world is in the {@link Moment}. The tables
 * below name, for every input, the one transition that takes it; the transitions are in
 * `slices/call/`, a file for each stretch of a call's life (see `state/call.ts` for the picture).
 *
 * @throws OffhookError from commands only, and then nothing has changed
 */
import type { Call } from "./state/call.ts";
import { OffhookError } from "../base/errors.ts";
import type { HeadsetInput } from "./ports/headset_port.ts";
import type { MediaInput } from "./ports/media_port.ts";
import type { SipInput } from "./ports/sip_port.ts";
import type { Command, Input, Moment, PhoneState, StepResult, TimerFired } from "./state/state.ts";
import { cancel, dial, invite, progress } from "./slices/call/outgoing.ts";
import { accepted, rejected } from "./slices/call/outgoing.ts";
import {
  accept,
  answer,
  autoAnswer,
  cancelled,
  earlyMedia,
  incoming,
} from "./slices/call/incoming.ts";
import { refuseCall, reject, rungOut, sendEarlyMedia } from "./slices/call/incoming.ts";
import { bye, callEnded, confirmed, mute, sendDigits } from "./slices/call/established.ts";
import { end, endingTimedOut, mediaClosed, mediaGone, outcomeOf } from "./slices/call/ending.ts";
import { dialogAnswered, mediaReported } from "./slices/call/liveness.ts";
import { glareOver, offerAnswered, offerRejected, remoteOffer } from "./slices/call/offers.ts";
import { mediaLost, setHold, swap } from "./slices/call/offers.ts";
import { attachAudio, endpointFailed, followSound, pauseRecording } from "./slices/call/sound.ts";
import { record, useEndpoints } from "./slices/call/sound.ts";
import { noNews, referProgress, transfer, transferFailed } from "./slices/call/transfer.ts";
import { askedInVain, endForgotten, followTransfer } from "./slices/call/referred.ts";
import { referred, refuseTransfer } from "./slices/call/referred.ts";
import { connectionChanged, register, registrationChanged } from "./slices/account/accounts.ts";
import { configure, setDoNotDisturb } from "./slices/settings/settings.ts";
import { hangup } from "./slices/call/hangup.ts";
import { headsetIntent } from "./slices/headset/intents.ts";
import { RULES } from "./rules/rules.ts";
import { setVolume } from "./slices/settings/volume.ts";
import { isIn, Turn } from "./state/turn.ts";

/** Transitions by input type. */
type Table<I extends { type: string }> = {
  [Type in I["type"]]: (turn: Turn, input: Extract<I, { type: Type }>) => void;
};

/** The same for inputs about one call, which has been found already. */
type CallTable<I extends { type: string }> = {
  [Type in I["type"]]: (turn: Turn, call: Call, input: Extract<I, { type: Type }>) => void;
};

export function step(state: PhoneState, input: Input, moment: Moment): StepResult {
  const turn = new Turn(state, moment);
  const { type } = input;
  if (type in COMMANDS) {
    (COMMANDS as Record<string, (turn: Turn, input: Input) => void>)[type](turn, input);
  } else if (type in NEWS) {
    (NEWS as Record<string, (turn: Turn, input: Input) => void>)[type](turn, input);
  } else fromOutside(turn, input as CallNews);
  for (const rule of RULES) rule(state, turn.state, turn);
  return turn.result();
}

const COMMANDS: Table<Command> = {
  Register: (turn, { account }) => register(turn, account, "Register"),
  Unregister: (turn, { account }) => register(turn, account, "Unregister"),
  Dial: dial,
  Answer: answer,
  Reject: refuseCall,
  Hangup: (turn, { call }) => hangup(turn, turn.need(call)),
  Hold: (turn, { call }) => setHold(turn, turn.need(call), true),
  Resume: (turn, { call }) => setHold(turn, turn.need(call), false),
  Swap: (turn) => swap(turn),
  Mute: (turn, { call, muted }) => mute(turn, turn.need(call), muted),
  Record: (turn, { call, path }) => record(turn, turn.need(call), path),
  PauseRecording: (turn, { call, paused }) => pauseRecording(turn, turn.need(call), paused),
  UseEndpoints: (turn, command) => useEndpoints(turn, turn.need(command.call), command),
  AttachAudio: (turn, command) => attachAudio(turn, turn.need(command.call), command),
  DetachAudio: (turn, command) => turn.find(command.call) && turn.ask(command),
  SendDigits: (turn, command) => sendDigits(turn, turn.need(command.call), command),
  Transfer: (turn, { call, target }) => transfer(turn, turn.need(call), target),
  FollowTransfer: (turn, { call }) => followTransfer(turn, turn.need(call)),
  RefuseTransfer: (turn, { call }) => refuseTransfer(turn, turn.need(call)),
  SendEarlyMedia: sendEarlyMedia,
  SetDoNotDisturb: (turn, { on }) => setDoNotDisturb(turn, on),
  ChangeVolume: (turn, { volume }) => setVolume(turn, volume),
  Configure: (turn, { settings, accounts }) => configure(turn, settings, accounts),
};

type News =
  | Extract<SipInput, { type: "RegistrationChanged" | "ConnectionChanged" | "IncomingCall" }>
  | HeadsetInput;

const NEWS: Table<News> = {
  RegistrationChanged: registrationChanged,
  ConnectionChanged: connectionChanged,
  HeadsetIntent: headsetIntent,
  HeadsetAttached: (turn, { headset, name }) => {
    turn.events.push({ type: "headset", headset, name, attached: true });
  },
  HeadsetDetached: (turn, { headset, error }) => {
    const why = error === undefined ? {} : { error };
    turn.events.push({ type: "headset", headset, attached: false, ...why });
  },
  HeadsetNotice: (turn, { type: _, ...notice }) => {
    turn.events.push({ type: "headset-notice", ...notice });
  },
  HeadsetSound: followSound,
  LastDialled: (turn, { account, target }) => {
    if (turn.lastDialled === undefined) turn.remember({ account, target });
  },
  IncomingCall: (turn, input) => {
    if (turn.find(input.call) === undefined) incoming(turn, input);
    else turn.notice("an incoming call came twice", input.call);
  },
};

type CallNews = Exclude<SipInput, { type: News["type"] }> | MediaInput | TimerFired;

const CALL_NEWS: CallTable<CallNews> = {
  CallProgress: progress,
  CallAccepted: accepted,
  CallRejected: rejected,
  CallConfirmed: confirmed,
  CallCancelled: (turn, call, { elsewhere }) => cancelled(turn, call, elsewhere),
  RemoteOffer: remoteOffer,
  OfferAccepted: (turn, call, { description }) => offerAnswered(turn, call, description),
  OfferRejected: (turn, call, { status, reason }) => offerRejected(turn, call, status, reason),
  CallEnded: callEnded,
  ReferProgress: (turn, call, { status, reason }) => referProgress(turn, call, status, reason),
  ReferReceived: referred,
  InfoDigit: (turn, call, { digit, durationMs }) => {
    turn.tell("call.digit", call, { digit, durationMs, by: "info" });
  },
  MediaOpened: (turn, call, { port, rtcpPort }) => {
    if (call.media.name !== "opening" || isIn(call, "ending")) return;
    const open = turn.put({ ...call, media: { name: "open", port, rtcpPort } });
    if (isIn(open, "preparing")) invite(turn, open);
    else if (isIn(open, "answering")) accept(turn, open);
    else if (isIn(open, "ringing")) earlyMedia(turn, open);
  },
  MediaFailed: (turn, call, { error }) => mediaFailed(turn, call, OffhookError.fromJSON(error)),
  MediaStarted: () => {},
  MediaHeard: (turn, call) => turn.tell("call.heard", call),
  DigitReceived: (turn, call, { digit, durationMs }) => {
    turn.tell("call.digit", call, { digit, durationMs, by: "rtp" });
  },
  DigitsSent: (turn, call, { digits }) => turn.tell("call.digits-sent", call, { digits }),
  MicrophoneEnded: (turn, call) => turn.tell("call.microphone-ended", call),
  EndpointFailed: endpointFailed,
  EndpointRestored: (turn, call, { endpoint }) => {
    turn.tell("call.endpoint", call, { endpoint, working: true });
  },
  RecordingSettled: (turn, call) => {
    turn.tell("call.recording", call, { ...call.recording, settled: true });
  },
  MediaReported: (turn, call, { report }) => mediaReported(turn, call, report),
  DialogAnswered: dialogAnswered,
  MediaClosed: (turn, call, { report }) => mediaClosed(turn, call, report),
  TimerFired: timerFired,
};

function fromOutside(turn: Turn, input: CallNews): void {
  const call = turn.find(input.call);
  if (call === undefined) return turn.notice(`${input.type} for a call that is over`, input.call);
  const transition = CALL_NEWS[input.type] as (turn: Turn, call: Call, input: CallNews) => void;
  transition(turn, call, input);
}

function timerFired(turn: Turn, call: Call, { timer }: TimerFired): void {
  switch (timer) {
    case "no-answer":
      if (isIn(call, "calling") || isIn(call, "preparing")) {
        cancel(turn, call, new OffhookError("no-answer", "nobody answered in time"));
      }
      return;
    case "ring":
      return rungOut(turn, call);
    case "auto-answer":
      return autoAnswer(turn, call);
    case "duration":
      if (isIn(call, "established")) bye(turn, call, "the time was up");
      return;
    case "ending":
      return endingTimedOut(turn, call);
    case "glare":
      return glareOver(turn, call);
    case "transfer-news":
      return noNews(turn, call);
    case "refer":
      return askedInVain(turn, call);
    case "transfer":
      return call.referral === undefined
        ? transferFailed(turn, call, 408, "the transfer target did not answer")
        : endForgotten(turn, call);
  }
}

/** Media cannot be had, before the call or in the middle of it. */
function mediaFailed(turn: Turn, failed: Call, error: OffhookError): void {
  if (isIn(failed, "ending")) return mediaGone(turn, failed);
  const call = turn.put({ ...failed, media: { name: "none" } });
  if (isIn(call, "answering") || isIn(call, "ringing")) {
    // What is wrong with our devices is not the caller's to know.
    return reject(turn, call, 480, {}, error);
  }
  if (isIn(call, "established")) return mediaLost(turn, call, error.message);
  if (isIn(call, "calling")) turn.ask({ type: "SendCancel", call: call.id });
  end(turn, call, {
    outcome: outcomeOf(error),
    sipStatus: 0,
    reason: error.message,
    endedBy: "local",
    error: error.toJSON(),
  }, isIn(call, "calling"));
}
