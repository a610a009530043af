/**
 * The phone of a web page: SIP.js over WebSocket with the browser's own WebRTC, driven by
 * `web_phone.ts`, to which it tells what happens.
 */
import {
  defaultSessionDescriptionHandlerFactory,
  SimpleUser,
} from "sip.js/lib/platform/web/index.js";

/** Hz of what is recorded. */
const RATE = 16_000;

const context = new AudioContext({ sampleRate: RATE });
/** Blocks of samples of what was heard. */
const heard = [];
let user;
let recorder;
let oscillator;

/** A sound of the page's own: with no microphone, Chromium names its candidates by mDNS only. */
function toneStream(hertz) {
  const gain = context.createGain();
  oscillator = context.createOscillator();
  const destination = context.createMediaStreamDestination();
  oscillator.frequency.value = hertz;
  gain.gain.value = 0.3;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  return destination.stream;
}

/** Records a call anew. */
function listen() {
  recorder?.port.close();
  heard.length = 0;
  recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
  recorder.port.onmessage = ({ data }) => heard.push(data);
  context.createMediaStreamSource(user.remoteMediaStream).connect(recorder);
}

/** Tells each direction of sound that was agreed, as the browser sees it. */
function tellDirections() {
  const { peerConnection } = user.session.sessionDescriptionHandler;
  peerConnection.addEventListener("signalingstatechange", () => {
    if (peerConnection.signalingState !== "stable") return;
    globalThis.tell(`direction ${peerConnection.getTransceivers()[0].currentDirection}`);
  });
}

function sessionDescriptions(tone) {
  if (tone === undefined) return {};
  const stream = () => Promise.resolve(toneStream(tone));
  return { sessionDescriptionHandlerFactory: defaultSessionDescriptionHandlerFactory(stream) };
}

async function start({ server, aor, name, password, tone, autoAnswer }) {
  await context.audioWorklet.addModule("/recorder.js");
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  user = new SimpleUser(server, {
    aor,
    media: {
      constraints: { audio, video: false },
      remote: { audio: document.querySelector("audio") },
    },
    userAgentOptions: {
      authorizationUsername: name,
      authorizationPassword: password,
      ...sessionDescriptions(tone),
    },
    delegate: {
      onRegistered: () => globalThis.tell("registered"),
      onCallReceived: () => {
        globalThis.tell("ringing");
        if (autoAnswer) user.answer();
      },
      onCallAnswered: () => {
        listen();
        tellDirections();
        globalThis.tell("answered");
      },
      onCallHangup: () => globalThis.tell("ended"),
    },
  });
  await user.connect();
  await user.register();
}

/** From now on descriptions announce another certificate than the browser shows. */
function lie() {
  const { send } = WebSocket.prototype;
  const other = (_, start) => `${start}${"AB:".repeat(31)}AB`;
  WebSocket.prototype.send = function (text) {
    // As long as the true one, so that the message's length is right.
    return send.call(this, text.replaceAll(/(a=fingerprint:sha-256 )[0-9A-F:]+/g, other));
  };
}

/** What was heard so far: base64 of 16-bit samples. */
function recording() {
  const samples = Int16Array.from(
    heard.flatMap((block) => [...block]),
    (sample) => sample * 32_767,
  );
  return new Uint8Array(samples.buffer).toBase64();
}

globalThis.phone = {
  RATE,
  start,
  lie,
  recording,
  call: (uri) => user.call(uri),
  answer: () => user.answer(),
  hangup: () => user.hangup(),
  say: (hertz) => oscillator.frequency.value = hertz,
  hold: () => user.hold(),
  resume: () => user.unhold(),
};
globalThis.tell("loaded");
