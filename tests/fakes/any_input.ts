/** Everything that can happen to the core, in and out of place. */
import fc from "fast-check";
import type { Input, Settings } from "../../src/core/state/state.ts";
import { accepted, ACCOUNT, REPORT, SETTINGS, theirs } from "../unit/core/scene.ts";

const call = fc.constantFrom("a", "a", "b", "c");
const status = fc.constantFrom(491, 180, 183, 200, 404, 480, 486, 487, 488, 491, 603);
const description = fc.constantFrom(
  theirs(),
  theirs({ direction: "sendonly" }),
  theirs({ direction: "inactive" }),
  theirs({ address: "0.0.0.0" }),
  theirs({ port: 0 }),
  theirs({ formats: [] }),
);
const error = { code: "declined", message: "no" } as const;
const party = { uri: "sip:x@y" };

/** What the phone is set to before anything is configured. */
export const PLAIN: Settings = { ...SETTINGS, transfers: "follow" };
/** Callers are answered by themselves, and a lifted headset dials. */
const ANSWERING: Settings = {
  ...PLAIN,
  autoAnswer: { callers: ["*"], afterMs: 0 },
  lift: { kind: "redial" },
  transfers: "ask",
  transfersAutoAnswered: "follow",
  silenceMs: 1,
  silenceLimitMs: 5,
  heldSilenceLimitMs: 50,
};
const INTENTS = ["hookOff", "hookOn", "toggleMute", "flash", "reject", "hold", "redial"] as const;

/** Any input, whether or not it makes sense now. */
export const anyInput: fc.Arbitrary<Input> = fc.tuple(
  call,
  status,
  description,
  fc.nat(),
  fc.boolean(),
)
  .map(([call, status, description, kind, flag]): Input => {
    const inputs: Input[] = [
      { type: "Dial", call, account: "desk", target: "sip:b@x", limits: { noAnswerMs: 1 } },
      { type: "Answer", call },
      { type: "Reject", call, status: 486 },
      { type: "Hangup", call },
      { type: "Hold", call },
      { type: "Resume", call },
      { type: "Swap" },
      { type: "Mute", call, muted: flag },
      { type: "SendDigits", call, digits: "1", durationMs: 100 },
      { type: "Transfer", call, target: "sip:c@x" },
      { type: "FollowTransfer", call },
      { type: "RefuseTransfer", call },
      { type: "Reject", call, status: 302, target: "sip:c@x" },
      { type: "CallAddressChanged", call },
      { type: "DialogAnswered", call, verdict: flag ? "gone" : "there", reason: "481" },
      { type: "SendEarlyMedia", call },
      { type: "Record", call, path: flag ? "/tmp/x.wav" : null },
      { type: "PauseRecording", call, paused: flag },
      { type: "UseEndpoints", call, microphone: { kind: "silence" } },
      { type: "AttachAudio", call, attachment: "x", rate: 8_000, instead: flag },
      { type: "DetachAudio", call, attachment: "x" },
      { type: "RecordingSettled", call },
      { type: "EndpointFailed", call, endpoint: flag ? "record" : "speaker", error },
      {
        type: "IncomingCall",
        call,
        account: "desk",
        sipCallId: "x",
        origin: "server",
        source: "192.0.2.1",
        from: party,
        to: party,
        offer: flag ? description : null,
        transport: "udp",
      },
      { type: "CallProgress", call, status: 180, reason: "", dialog: "1" },
      { type: "CallProgress", call, status: 183, reason: "", dialog: "2", description },
      {
        type: "CallAccepted",
        call,
        sipCallId: "x",
        dialog: "1",
        local: party,
        remote: party,
        transport: "udp",
        description: flag ? description : null,
        isOffer: status === 200,
      },
      { type: "CallRejected", call, sipCallId: "x", status, reason: "", error },
      { type: "CallConfirmed", call, ...(flag ? { description } : {}) },
      { type: "CallCancelled", call, elsewhere: flag },
      { type: "RemoteOffer", call, offer: flag ? description : null },
      { type: "OfferAccepted", call, description },
      { type: "OfferRejected", call, status, reason: "" },
      { type: "CallEnded", call, by: flag ? "remote" : "local", reason: "" },
      { type: "ReferProgress", call, status, reason: "" },
      { type: "ReferReceived", call, target: "sip:d@x", referral: status === 180 ? call : "c" },
      { type: "MediaOpened", call, port: 5000, rtcpPort: 5001 },
      { type: "MediaFailed", call, error: { code: "media-failed", message: "no" } },
      { type: "MediaHeard", call },
      {
        type: "MediaSecured",
        call,
        suite: "AEAD_AES_128_GCM",
        fingerprint: { hash: "sha-256", value: "AA:BB" },
      },
      { type: "MicrophoneEnded", call },
      {
        type: "SpeechFailed",
        call,
        part: "noiseSuppression",
        error: { code: "media-failed", message: "x" },
      },
      { type: "MediaReported", call, report: REPORT },
      {
        type: "MediaReported",
        call,
        report: { ...REPORT, rtpSilentMs: kind % 6_000, remoteSilentMs: kind % 6_000 },
      },
      { type: "TimerFired", subject: "call", timer: "silence", call },
      { type: "MediaClosed", call, report: REPORT },
      { type: "TimerFired", subject: "call", timer: "no-answer", call },
      { type: "TimerFired", subject: "call", timer: "ring", call },
      { type: "TimerFired", subject: "call", timer: "ending", call },
      { type: "TimerFired", subject: "call", timer: "glare", call },
      { type: "TimerFired", subject: "call", timer: "transfer", call },
      { type: "TimerFired", subject: "call", timer: "auto-answer", call },
      { type: "TimerFired", subject: "call", timer: "duration", call },
      { type: "EndpointRestored", call, endpoint: "speaker" },
      { type: "InfoDigit", call, digit: "1", durationMs: 100 },
      { type: "InfoDigitTaken", call, digit: "1" },
      { type: "DigitReceived", call, digit: "1", durationMs: 100, by: "rfc4733" },
      { type: "DigitsSent", call, digits: "1", by: "inband" },
      {
        type: "InfoDigitsRefused",
        call,
        digits: "1",
        durationMs: 100,
        status: kind % 600,
        reason: "no",
      },
      { type: "SetDoNotDisturb", on: flag },
      { type: "ChangeVolume", volume: flag ? "up" : -6 },
      { type: "ChangeSpeech", speech: { agc: flag } },
      { type: "Configure", settings: flag ? ANSWERING : PLAIN, accounts: [ACCOUNT] },
      { type: "LastDialled", account: "desk", target: "sip:b@x" },
      { type: "HeadsetSound", microphone: { kind: "silence" }, speaker: { kind: "null" } },
      ...INTENTS.map((type): Input => ({ type: "HeadsetIntent", headset: "h", intent: { type } })),
      { type: "HeadsetIntent", headset: "h", intent: { type: "digit", digit: "1" } },
      {
        type: "HeadsetIntent",
        headset: "h",
        intent: { type: "setMute", muted: flag, refused: false },
      },
    ];
    return inputs[kind % inputs.length]!;
  });

/** A call that is talked on: most of what can go wrong begins there. */
const TALK: Input[] = [
  { type: "Dial", call: "a", account: "desk", target: "sip:b@x" },
  { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 },
  accepted("a"),
];

/** An order of events, from silence or from a conversation on. */
export const anyInputs = (maxLength: number): fc.Arbitrary<Input[]> =>
  fc.tuple(fc.boolean(), fc.array(anyInput, { minLength: 1, maxLength }))
    .map(([talk, inputs]) => talk ? [...TALK, ...inputs] : inputs);
