/** Tone, voice, echo and silence as microphones. */
import assert from "node:assert/strict";
import { EchoSource } from "../../../src/audio/echo.ts";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { SilenceSource } from "../../../src/audio/silence.ts";
import { ToneSource } from "../../../src/audio/tone.ts";
import { VoiceSource } from "../../../src/audio/voice.ts";
import { voiceSamples } from "../../support/voice_samples.ts";

function rmsDbfs(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return 10 * Math.log10(sum / samples.length / 32_768 ** 2);
}

Deno.test("a tone has its frequency and level, in one piece over frames", () => {
  const tone = new ToneSource(1004, 0);
  const frame = new Int16Array(FRAME_SAMPLES);
  assert.equal(tone.read(frame), false);
  tone.start();
  const samples = new Int16Array(GRAPH_RATE);
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    assert.equal(tone.read(frame), true);
    samples.set(frame, at);
  }
  let rises = 0;
  for (let i = 1; i < samples.length; i++) {
    if (samples[i - 1]! < 0 && samples[i]! >= 0) rises++;
  }
  assert.ok(Math.abs(rises - 1004) <= 1, `${rises} Hz`);
  // 0 dBm0 is 3.14 dB below a sine of full scale, which is −3.01 dBFS.
  assert.ok(Math.abs(rmsDbfs(samples) - -6.15) < 0.05, `${rmsDbfs(samples)} dBFS`);
});

Deno.test("the voice is the same every time, loud as speech, and never clips", () => {
  const first = voiceSamples(4);
  assert.deepEqual(voiceSamples(4), first);
  const level = rmsDbfs(first);
  assert.ok(level > -24 && level < -16, `${level} dBFS`);
  assert.ok(first.every((sample) => Math.abs(sample) < 32_000));
  const source = new VoiceSource();
  source.start();
  const frame = new Int16Array(FRAME_SAMPLES);
  source.read(frame);
  source.read(frame);
  assert.deepEqual(frame, first.subarray(FRAME_SAMPLES, 2 * FRAME_SAMPLES));
});

Deno.test("an echo gives what was heard once, and silence when nothing was", () => {
  const echo = new EchoSource();
  const frame = new Int16Array(FRAME_SAMPLES);
  assert.equal(echo.read(frame), false);
  echo.hear(new Int16Array(FRAME_SAMPLES).fill(5));
  assert.equal(echo.read(frame), true);
  assert.equal(frame[0], 5);
  assert.equal(echo.read(frame), false);
  assert.equal(frame[0], 0);
});

Deno.test("silence is silent", () => {
  const frame = new Int16Array(FRAME_SAMPLES).fill(9);
  assert.equal(new SilenceSource().read(frame), false);
  assert.ok(frame.every((sample) => sample === 0));
});
