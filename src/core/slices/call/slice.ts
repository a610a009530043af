/** Calls: which transition takes what; the transitions have a file for each stretch of a call's life. */
import { NO_STRANGERS } from "../../account/mod.ts";
import { speechFailed } from "../settings/mod.ts";
import type { CallId, MediaInput, SipInput } from "../../ports/mod.ts";
import {
  aboutCall,
  type CallCommand,
  callTimers,
  type CallTransitions,
  isIn,
  type Slice,
  type Transitions,
} from "../../state/mod.ts";
import { digitCame, digitsSent, infoDigitsRefused, infoDigitTaken, sendDigits } from "./digits.ts";
import { endingTimedOut, mediaClosed } from "./ending.ts";
import { bye, callEnded, confirmed, mute } from "./established.ts";
import { hangup } from "./hangup.ts";
import { answer, autoAnswer, cancelled, incoming } from "./incoming.ts";
import { refuseCall, rungOut, sendEarlyMedia, silence } from "./incoming.ts";
import { dialogAnswered, mediaReported } from "./liveness.ts";
import { iceFailed, mediaFailed, mediaOpened, mediaSecured } from "./media_news.ts";
import { glareOver, offerAnswered, offerRejected, remoteOffer, setHold, swap } from "./offers.ts";
import { accepted, dial, progress, rejected, unanswered } from "./outgoing.ts";
import { addressMoved, mediaRegathered, wayLost } from "./relocation.ts";
import { askedInVain, endForgotten, followTransfer, referred } from "./referred.ts";
import { refuseTransfer } from "./referred.ts";
import { heard, silenceDue } from "./silence.ts";
import { attachAudio, endpointFailed, pauseRecording, record, useEndpoints } from "./sound.ts";
import { noNews, referProgress, transfer, transferFailed } from "./transfer.ts";

/** Everything that names a call. */
type CallNews = Extract<SipInput | MediaInput, { call: CallId }>;
type Incoming = Extract<CallNews, { type: "IncomingCall" }>;

const COMMANDS: Transitions<CallCommand> = {
  Dial: dial,
  Answer: answer,
  Reject: refuseCall,
  Silence: (turn, { call }) => silence(turn, turn.need(call)),
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
};

const NEWS: CallTransitions<Exclude<CallNews, Incoming>> = {
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
  InfoDigit: (turn, call, input) => digitCame(turn, call, input, "info"),
  InfoDigitTaken: infoDigitTaken,
  InfoDigitsSent: (turn, call, input) => digitsSent(turn, call, input, "info"),
  InfoDigitsRefused: infoDigitsRefused,
  MediaOpened: mediaOpened,
  MediaFailed: mediaFailed,
  MediaRegathered: mediaRegathered,
  MediaSecured: mediaSecured,
  IceFailed: iceFailed,
  IceLost: wayLost,
  MediaStarted: () => {},
  MediaHeard: heard,
  DigitReceived: (turn, call, input) => digitCame(turn, call, input, input.by),
  DigitsSent: (turn, call, input) => digitsSent(turn, call, input, input.by),
  SpeechFailed: speechFailed,
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
  CallAddressChanged: addressMoved,
  MediaClosed: (turn, call, { report }) => mediaClosed(turn, call, report),
};

const TIMERS = callTimers({
  "no-answer": unanswered,
  ring: rungOut,
  "auto-answer": autoAnswer,
  duration: (turn, call) => {
    if (isIn(call, "established")) bye(turn, call, "the time was up");
  },
  ending: endingTimedOut,
  glare: glareOver,
  silence: silenceDue,
  "transfer-news": noNews,
  refer: (turn, call) => askedInVain(turn, call),
  transfer: (turn, call) => {
    if (call.referral !== undefined) return endForgotten(turn, call);
    transferFailed(turn, call, 408, "the transfer target did not answer");
  },
});

export const CALL: Slice<"calls" | "lastDialled" | "strangers", CallCommand, CallNews, "call"> = {
  initial: ({ lastDialled }) => ({
    calls: new Map(),
    strangers: NO_STRANGERS,
    ...(lastDialled === undefined ? {} : { lastDialled }),
  }),
  commands: COMMANDS,
  news: {
    ...aboutCall(NEWS),
    IncomingCall: (turn, input) => {
      if (turn.find(input.call) === undefined) incoming(turn, input);
      else turn.notice("an incoming call came twice", input.call);
    },
  },
  timers: TIMERS,
};
