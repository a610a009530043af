/** What a microphone's sound passes: measured with tones, noise, clicks, a voice and spoken words. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { VoiceSignal } from "../../../src/audio/voice.ts";
import { PLAIN_SPEECH, type SpeechSettings } from "../../../src/core/media/speech.ts";
import type { Microphone } from "../../../src/core/ports/media_port.ts";
import type { Filter } from "../../../src/media/dsp/filter.ts";
import { GainControl } from "../../../src/media/dsp/gain_control.ts";
import { HighPass } from "../../../src/media/dsp/high_pass.ts";
import { CEILING } from "../../../src/media/dsp/limiter.ts";
import { VoiceActivity } from "../../../src/media/dsp/voice_activity.ts";
import { VoiceSwitch } from "../../../src/media/dsp/voice_switch.ts";
import { Speech } from "../../../src/media/speech/speech.ts";
import { largestStep, noise, rms, sine } from "../../fakes/media/signals.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { spokenWav } from "../../peers/spoken_wav.ts";
import { testWith } from "../../support/skip.ts";
import { readWav } from "../../support/whole_wav.ts";

const RATE = 48_000;
/** No sound card, and nothing fails. */
const ALONE = { failed: () => {}, cancelEcho: () => Promise.resolve() };
const dbfs = (samples: Int16Array) => 20 * Math.log10(rms(samples) / 32_768);

function framesOf(sound: Int16Array): Int16Array[] {
  const count = Math.floor(sound.length / FRAME_SAMPLES);
  return Array.from(
    { length: count },
    (_, i) => sound.slice(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
  );
}

function voice(seconds: number, gain = 1): Int16Array {
  const signal = new VoiceSignal();
  const frame = new Int16Array(FRAME_SAMPLES);
  const sound = new Int16Array(seconds * RATE);
  for (let at = 0; at < sound.length; at += FRAME_SAMPLES) {
    signal.next(frame);
    sound.set(frame.map((sample) => sample * gain), at);
  }
  return sound;
}

function through(filter: Filter, sound: Int16Array): Int16Array {
  const out = new Int16Array(sound.length);
  framesOf(sound).forEach((frame, i) => {
    filter.apply(frame);
    out.set(frame, i * FRAME_SAMPLES);
  });
  return out;
}

/** The second half: what a filter has settled to. */
const settled = (sound: Int16Array) => sound.subarray(sound.length >> 1);

Deno.test("the high-pass takes an offset and hum away, and leaves a voice as it is", () => {
  const gain = (hz: number) => {
    const sound = sine(RATE, RATE, hz, 10_000);
    return dbfs(settled(through(new HighPass(), sound))) - dbfs(settled(sound));
  };
  assert.ok(gain(50) < -23, `${gain(50)} dB at 50 Hz`);
  assert.ok(Math.abs(gain(100) + 3) < 0.1, `${gain(100)} dB at the corner`);
  for (const hz of [200, 300, 1_000, 3_400, 10_000]) {
    assert.ok(Math.abs(gain(hz)) < 0.1, `${gain(hz)} dB at ${hz} Hz`);
  }
  const offset = through(new HighPass(), new Int16Array(RATE).fill(8_000));
  assert.equal(rms(offset.subarray(RATE / 2)), 0);
});

Deno.test("a full wave through the high-pass is cut at 16 bits, and does not wrap around", () => {
  // Each half of a square wave sags, and jumps beyond the full scale at its edge.
  const square = Int16Array.from({ length: RATE }, (_, i) => i % 120 < 60 ? 32_767 : -32_768);
  const out = through(new HighPass(), square);
  for (let i = RATE / 2; i < RATE; i += 60) {
    assert.equal(out[i], square[i], "at the edge");
    assert.equal(Math.sign(out[i + 30]!), Math.sign(square[i + 30]!));
  }
});

/** Share of the frames that are taken for speech. */
function spoken(sound: Int16Array): number {
  const activity = new VoiceActivity();
  const frames = framesOf(sound);
  return frames.filter((frame) => (activity.add(frame), activity.speaks)).length / frames.length;
}

const clicks = (seconds: number) =>
  Int16Array.from(noise(seconds * RATE, 25_000, 3), (sample, i) => {
    const since = i % (RATE / 4);
    return sample * Math.exp(-since / 100);
  });

Deno.test("a voice is told from noise, hum, clicks of keys and silence", () => {
  assert.ok(spoken(voice(5)) > 0.85, `${spoken(voice(5))} of a voice`);
  assert.ok(spoken(voice(5, 0.05)) > 0.85, "of a quiet one");
  for (const loud of [30, 300, 3_000, 30_000]) {
    assert.equal(spoken(noise(5 * RATE, loud, 1)), 0, `noise of ${loud}`);
  }
  let deep = 0;
  const fan = Int16Array.from(noise(5 * RATE, 2_000, 2), (s) => deep = 0.98 * deep + s * 0.2);
  assert.equal(spoken(fan), 0, "a fan");
  assert.equal(spoken(clicks(5)), 0, "keys");
  assert.equal(spoken(new Int16Array(RATE)), 0, "silence");
  const hum = sine(60 * RATE, RATE, 150, 2_000);
  assert.ok(spoken(hum.subarray(40 * RATE)) < 0.7, "what is always there is a floor in the end");
});

Deno.test("speech ends 300 ms after the voice", () => {
  const activity = new VoiceActivity();
  for (const frame of framesOf(voice(2))) activity.add(frame);
  const silent = new Int16Array(FRAME_SAMPLES);
  let frames = 0;
  for (; activity.speaks; frames++) activity.add(silent);
  assert.ok(frames <= 15, `${frames} frames`);
});

Deno.test("quiet and loud voices are sent alike, and no peak is cut", () => {
  const levels = [0.08, 0.3, 1, 2.5].map((gain) => {
    const out = settled(through(new GainControl(() => false), voice(12, gain)));
    assert.ok(out.every((sample) => Math.abs(sample) <= CEILING));
    return dbfs(out);
  });
  const spread = Math.max(...levels) - Math.min(...levels);
  assert.ok(spread < 4, `${levels.map((level) => level.toFixed(1))} dBFS`);
});

Deno.test("gain control makes neither a pause, nor noise, nor the far end's echo loud", () => {
  const silence = new GainControl(() => false);
  through(silence, voice(5, 0.1));
  const before = noise(20 * RATE, 100, 5);
  const first = through(silence, before.subarray(0, RATE));
  const last = through(silence, before).subarray(-RATE);
  assert.ok(Math.abs(dbfs(last) - dbfs(first)) < 1, "a pause of 20 s");
  const noisy = through(new GainControl(() => false), noise(10 * RATE, 300, 6));
  assert.ok(Math.abs(dbfs(settled(noisy)) - dbfs(noise(RATE, 300, 6))) < 0.5);
  const echo = through(new GainControl(() => true), voice(10, 0.05));
  assert.ok(dbfs(settled(echo)) < dbfs(settled(voice(10, 0.05))) + 0.5, "the far end speaks");
});

/** A chain on a fake source. */
function chain(kind: Microphone["kind"], settings: Partial<SpeechSettings> = {}): Speech {
  const speech = new Speech(new VirtualClock(), ALONE);
  speech.listenTo({ kind } as Microphone);
  speech.use({ ...PLAIN_SPEECH, ...settings });
  return speech;
}

const all = (speech: Speech): Filter => ({
  apply: (frame) => speech.microphone.forEach((filter) => filter.apply(frame)),
});

Deno.test("a file keeps its low tones, what we make stays as it is, a card's is filtered", () => {
  const everything = { highPass: true, agc: true, noiseSuppression: true };
  const hum = sine(RATE, RATE, 50, 10_000);
  const level = (kind: Microphone["kind"]) =>
    dbfs(settled(through(all(chain(kind, { highPass: true })), hum)));
  assert.ok(level("device") < dbfs(hum) - 20);
  assert.equal(level("file"), dbfs(settled(hum)));
  for (const kind of ["tone", "voice", "silence", "echo"] as const) {
    assert.deepEqual(through(all(chain(kind, everything)), hum), hum, kind);
  }
  const louder = { highPass: true, agc: true };
  const quiet = voice(10, 0.05);
  const raised = (kind: Microphone["kind"]) =>
    dbfs(settled(through(all(chain(kind, louder)), quiet))) - dbfs(settled(quiet));
  for (const kind of ["device", "file", "pipe"] as const) assert.ok(raised(kind) > 8, kind);
});

Deno.test("filters are switched in a call without a click", () => {
  const speech = chain("device");
  const filter = all(speech);
  const sound = sine(4 * RATE, RATE, 400, 8_000);
  const out = framesOf(sound).map((frame, i) => {
    const on = i % 20 >= 10;
    speech.use({ ...PLAIN_SPEECH, highPass: on, agc: on });
    filter.apply(frame);
    return frame;
  });
  const step = largestStep(Int16Array.from(out.flatMap((frame) => [...frame])));
  assert.ok(step < 1.6 * largestStep(sound), `${step} instead of ${largestStep(sound)}`);
});

Deno.test("another microphone begins anew: the gain of the one before is forgotten", () => {
  const speech = chain("device", { agc: true });
  through(all(speech), voice(10, 0.05));
  speech.listenTo({ kind: "device", name: "another" });
  const first = framesOf(voice(1))[3]!;
  const before = dbfs(first);
  all(speech).apply(first);
  assert.ok(dbfs(first) < before + 1, "not as loud as a quiet voice was made");
});

Deno.test("the mean and the longest time of a filter are told, once it was on", () => {
  const clock = new VirtualClock();
  const speech = new Speech(clock, ALONE);
  speech.listenTo({ kind: "device" });
  assert.deepEqual(speech.times, []);
  speech.use({ ...PLAIN_SPEECH, highPass: true });
  const slow = [1, 1, 4];
  for (const ms of slow) {
    const now = clock.now.bind(clock);
    let asked = 0;
    clock.now = () => now() + (asked++ === 0 ? 0 : ms);
    speech.microphone[0]!.apply(new Int16Array(FRAME_SAMPLES));
    clock.now = now;
  }
  assert.deepEqual(speech.times, [{ filter: "highPass", meanMs: 2, longestMs: 4 }]);
});

/** A chain whose noise suppression is loaded. */
async function suppressing(): Promise<Speech> {
  const speech = chain("device", { noiseSuppression: true });
  const silent = new Int16Array(FRAME_SAMPLES);
  while (speech.times.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    all(speech).apply(silent.fill(0));
  }
  return speech;
}

Deno.test("noise goes by 15 dB and clicks of keys by 10, a voice stays, 30 ms late", async () => {
  const speech = await suppressing();
  const less = (sound: Int16Array) =>
    dbfs(settled(sound)) - dbfs(settled(through(all(speech), sound)));
  const white = less(noise(4 * RATE, 1_000, 4));
  assert.ok(white > 15, `noise ${white} dB`);
  const keys = less(clicks(4).map((sample) => sample / 4));
  assert.ok(keys > 10, `keys ${keys} dB`);
  speech.close();
});

Deno.test("noise suppression goes on and off without a click, and again after that", async () => {
  const speech = await suppressing();
  const sound = voice(4);
  const out = framesOf(sound).map((frame, i) => {
    speech.use({ ...PLAIN_SPEECH, noiseSuppression: i % 40 < 20 });
    all(speech).apply(frame);
    return frame;
  });
  const step = largestStep(Int16Array.from(out.flatMap((frame) => [...frame])));
  assert.ok(step < 1.3 * largestStep(sound), `${step} instead of ${largestStep(sound)}`);
  speech.close();
  const after = framesOf(sound)[9]!;
  all(speech).apply(after);
  assert.deepEqual(after, framesOf(sound)[9], "closed: sound passes");
});

Deno.test("the echo of a sound card alone is cancelled where the cards are, and failing that is told", async () => {
  const asked: boolean[] = [];
  const failures: string[] = [];
  const speech = new Speech(new VirtualClock(), {
    failed: (part, { message }) => failures.push(`${part}: ${message}`),
    cancelEcho: (on) => {
      asked.push(on);
      return asked.length < 3 ? Promise.resolve() : Promise.reject(new Error("none"));
    },
  });
  const echo = { ...PLAIN_SPEECH, echo: "speex" as const };
  speech.listenTo({ kind: "tone", frequency: 400, level: -10 });
  speech.use(echo);
  assert.deepEqual(asked, []);
  speech.listenTo({ kind: "device" });
  speech.use(echo);
  speech.use(PLAIN_SPEECH);
  assert.deepEqual(asked, [true, false]);
  speech.use(echo);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(failures, ["echo: none"]);
});

/** A room with a loudspeaker, whose sound comes back, and what is sent from it. */
function inRoom(far: Int16Array, near: Int16Array, echo: number, delayMs: number) {
  const turns = new VoiceSwitch();
  const delay = delayMs * RATE / 1_000;
  const sounds = { played: far.slice(), microphone: near.slice(), sent: near.slice() };
  for (let at = 0; at < far.length; at += FRAME_SAMPLES) {
    turns.speaker.apply(sounds.played.subarray(at, at + FRAME_SAMPLES));
    const frame = sounds.sent.subarray(at, at + FRAME_SAMPLES);
    for (let i = 0; i < frame.length; i++) frame[i]! += echo * (sounds.played[at + i - delay] ?? 0);
    sounds.microphone.set(frame, at);
    turns.microphone.apply(frame);
  }
  return sounds;
}

Deno.test("half-duplex: an echo is 40 dB down, however loud the loudspeaker and late the cards", () => {
  for (const [echo, delayMs] of [[1.2, 60], [0.5, 200], [0.1, 120]] as const) {
    const far = voice(6);
    const { sent, microphone } = inRoom(far, new Int16Array(far.length), echo, delayMs);
    const left = dbfs(settled(sent)) - dbfs(settled(microphone));
    assert.ok(left < -39, `${left} dB of an echo of ${echo}, ${delayMs} ms late`);
  }
});

Deno.test("half-duplex: who speaks alone is heard whole, who speaks up gets the turn", () => {
  const near = voice(6);
  const quiet = new Int16Array(near.length);
  assert.deepEqual(inRoom(quiet, near, 0.3, 100).sent, near, "alone");
  const far = voice(6).subarray(RATE / 2);
  const both = new Int16Array(near.length);
  both.set(far.map((sample) => sample / 2));
  const late = near.slice();
  late.fill(0, 0, 3 * RATE);
  const { sent, played } = inRoom(both, late, 0.1, 100);
  assert.ok(dbfs(settled(sent)) > dbfs(settled(near)) - 3, "near end");
  assert.ok(dbfs(settled(played)) < dbfs(settled(both)) - 6, "the far end is turned down");
});

testWith(["espeak", "sox"], "spoken words pass noise suppression, 30 ms late", async () => {
  const said = (await readWav(await spokenWav({ rate: RATE }), RATE)).map((s) => s / 2);
  const speech = await suppressing();
  const beside = noise(said.length, 800, 9);
  const out = through(all(speech), said.map((sample, i) => sample + beside[i]!));
  const likeness = (late: number) => {
    let [product, one, other] = [0, 0, 0];
    for (let i = 0; i + late < said.length; i++) {
      product += said[i]! * out[i + late]!;
      one += said[i]! ** 2;
      other += out[i + late]! ** 2;
    }
    return product / Math.sqrt(one * other);
  };
  const lags = Array.from({ length: 500 }, (_, step) => likeness(step * 5));
  const best = Math.max(...lags);
  assert.ok(best > 0.9, `${best}`);
  assert.ok(Math.abs(lags.indexOf(best) * 5 - 1_465) < 10, `${lags.indexOf(best)} steps late`);
  speech.close();
});

testWith(["espeak", "sox"], "spoken words are found, in noise, too", async () => {
  const said = await readWav(await spokenWav({ rate: RATE, times: 5 }), RATE);
  const frames = framesOf(said).map(dbfs);
  const active = frames.filter((level) => level > -30).length / frames.length;
  const quiet = (sound: Int16Array, amplitude: number) => {
    const beside = noise(sound.length, amplitude, 9);
    return sound.map((sample, i) => sample + beside[i]!);
  };
  assert.ok(spoken(said) > 0.85 * active, `${spoken(said)} of ${active}`);
  assert.ok(spoken(quiet(said, 1_000)) > 0.8 * active, "in noise");
  const even = [0.25, 1].map((gain) => {
    const quieter = said.map((sample) => sample * gain);
    return dbfs(settled(through(new GainControl(() => false), quieter)));
  });
  assert.ok(Math.abs(even[0]! - even[1]!) < 4, `${even}`);
});
