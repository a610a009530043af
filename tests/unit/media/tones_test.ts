/** The tones of a telephone: what the tables say is what is heard, over the far end's sound. */
import assert from "node:assert/strict";
import { FRAME_MS, FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import {
  CALL_TONES,
  type CallTone,
  TONE_COUNTRIES,
  type ToneCountry,
} from "../../../src/core/media/tones.ts";
import { CadencePlayer } from "../../../src/media/tones/cadence_player.ts";
import { CallTones } from "../../../src/media/tones/call_tones.ts";
import { type Cadence, TONES } from "../../../src/media/tones/countries.ts";
import { joined } from "../../fakes/media/signals.ts";
import { loudness, toneAmplitude } from "../../fakes/tone.ts";

/** The first ms of a tone, alone. */
function played(cadence: Cadence, ms: number): Int16Array {
  const player = new CadencePlayer(cadence, -13);
  return joined(Array.from({ length: Math.ceil(ms / FRAME_MS) }, () => {
    const frame = new Int16Array(FRAME_SAMPLES);
    player.addTo(frame);
    return frame;
  }));
}

const between = (samples: Int16Array, from: number, to: number) =>
  samples.subarray(from * 48, to * 48);

function over(tones: CallTones, level: number): Int16Array {
  const frame = new Int16Array(FRAME_SAMPLES).fill(level);
  tones.apply(frame);
  return frame;
}

const WAITING = { name: "waiting", country: "itu" } as const;

Deno.test("every tone of every country has frequencies and times of the telephone network", () => {
  for (const country of TONE_COUNTRIES) {
    for (const name of CALL_TONES) {
      const [hertz, ...ms] = TONES[country][name];
      assert.match(hertz, /^\d+(?:[+*]\d+)?$/, `${country} ${name}`);
      assert.ok(ms.length % 2 === 0, `${country} ${name}: a pause follows each sound`);
      assert.ok(ms.every((part) => part >= 30 && part <= 14_000), `${country} ${name}: ${ms}`);
      // E.180 keeps what tells of failure quick, and what tells that it rings slow.
      const period = ms.reduce((sum, part) => sum + part, 0);
      if (name === "ringback") {
        assert.ok(period >= 3_000 && period <= 6_000, `${country} ${period}`);
      }
      if (name === "busy") assert.ok(period >= 300 && period <= 1_500, `${country} ${period}`);
    }
  }
});

for (
  const [country, name, tones, on, off] of [
    ["de", "ringback", [425], [10, 990], [1010, 4990]],
    ["us", "ringback", [440, 480], [10, 1990], [2010, 5990]],
    ["gb", "ringback", [400, 450], [10, 390], [410, 590]],
    ["fr", "busy", [440], [510 + 500, 1490], [510, 990]],
    ["us", "busy", [480, 620], [10, 490], [510, 990]],
    ["itu", "congestion", [425], [10, 190], [210, 390]],
    ["jp", "ringback", [384, 400, 416], [10, 990], [1010, 2990]],
  ] as [ToneCountry, CallTone, number[], [number, number], [number, number]][]
) {
  Deno.test(`${name} of ${country}: ${tones.join(" + ")} Hz, and a pause`, () => {
    const samples = played(TONES[country][name], 6_000);
    const sound = between(samples, ...on);
    for (const hertz of tones) {
      const amplitude = toneAmplitude(sound, hertz);
      assert.ok(amplitude > 1_000, `${hertz} Hz: ${amplitude}`);
    }
    assert.ok(toneAmplitude(sound, 1_300) < 100, "nothing else");
    assert.equal(loudness(between(samples, ...off)), 0);
  });
}

Deno.test("a tone comes and goes without a click", () => {
  const samples = played(["425", 175, 175], 1_000);
  // A sine of this level rises by less than this between two samples.
  const steepest = 5_200 * (2 * Math.PI * 425) / 48_000 + 25;
  for (let i = 1; i < samples.length; i++) {
    const rise = Math.abs(samples[i]! - samples[i - 1]!);
    assert.ok(rise <= steepest, `${rise} at ${i}`);
  }
});

Deno.test("the waiting tone: 300 ms in every ten seconds, beside the far end", () => {
  const tones = new CallTones();
  tones.play(WAITING);
  const sounds = Array.from({ length: 1_000 }, () => {
    const frame = over(tones, 1_000);
    const mean = frame.reduce((sum, sample) => sum + sample, 0) / frame.length;
    assert.ok(Math.abs(mean - 1_000) < 1_200, "the far end is still there");
    return frame.some((sample) => sample !== 1_000);
  });
  const at = sounds.flatMap((is, index) => is ? [index] : []);
  // The sixteenth is its last 5 ms, in which it fades away.
  const sixteen = (from: number) => Array.from({ length: 16 }, (_, index) => from + index);
  assert.deepEqual(at, [...sixteen(0), ...sixteen(500)]);
});

Deno.test("it begins when it is wanted, ends softly, and begins anew", () => {
  const tones = new CallTones();
  const sounds = () => over(tones, 0).some((sample) => sample !== 0);
  assert.ok(!sounds());
  tones.play(WAITING);
  assert.ok(tones.isOn && sounds());
  tones.play(null);
  assert.ok(tones.isOn && sounds(), "it fades away");
  assert.ok(!tones.isOn && !sounds());
  tones.play(WAITING);
  assert.ok(sounds());
});

Deno.test("the waiting tone is 425 Hz, and soft", () => {
  const tones = new CallTones();
  tones.play(WAITING);
  const heard = joined(Array.from({ length: 15 }, () => over(tones, 0)));
  const amplitude = toneAmplitude(heard, 425);
  assert.ok(amplitude > 1_500 && amplitude < 3_000, `${amplitude}`);
});
