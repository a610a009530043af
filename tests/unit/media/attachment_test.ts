/** A program in a call's sound: mixing, room, and what happens to those that do not keep up. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { AttachedAudio } from "../../../src/media/attachment/attached_audio.ts";
import { Attachment } from "../../../src/media/sound/attachment.ts";
import type { ToAttachment } from "../../../src/media/attachment/attachment_protocol.ts";
import { crossfade, faded, saturate } from "../../../src/media/dsp/mixing.ts";
import { Bridge } from "../../../src/media/sound/bridge.ts";
import { FakePort } from "../../fakes/media/attachment_port.ts";
import { toneAmplitude } from "../../fakes/tone.ts";
import { sine } from "../../fakes/media/signals.ts";

const filled = (value: number, length = FRAME_SAMPLES) => new Int16Array(length).fill(value);

async function attach(rate = 48_000, instead = false) {
  await loadResampler();
  const port = new FakePort();
  return { port, attachment: new Attachment(port, rate, instead) };
}

/** What the program would say, frame by frame. */
function said(attachment: Attachment, frames: number): Int16Array[] {
  return Array.from({ length: frames }, () => attachment.speak().slice());
}

Deno.test("a sum of sounds stays at the limit instead of wrapping", () => {
  const sample = fc.integer({ min: -0x8000, max: 0x7fff });
  fc.assert(fc.property(fc.array(fc.tuple(sample, sample), { minLength: 1 }), (pairs) => {
    const cut = new Int16Array(pairs.length);
    saturate(Int32Array.from(pairs, ([a, b]) => a + b), cut);
    pairs.forEach(([a, b], i) => {
      assert.equal(cut[i], Math.max(-0x8000, Math.min(0x7fff, a + b)));
    });
  }));
});

Deno.test("a crossfade of equal sounds changes nothing, of others no sample jumps", () => {
  const steady = filled(10_000);
  crossfade(steady, filled(10_000));
  assert.ok(steady.every((sample) => Math.abs(sample - 10_000) <= 1));
  const falling = filled(10_000);
  crossfade(falling, filled(-10_000));
  assert.equal(falling[0], 10_000);
  for (let i = 1; i < falling.length; i++) {
    assert.ok(Math.abs(falling[i]! - falling[i - 1]!) <= 21);
  }
  const rising = faded(filled(9_600), "in", new Int16Array(FRAME_SAMPLES));
  assert.deepEqual([rising[0], rising[480]], [0, 4_800]);
});

Deno.test("what a program says is mixed with the microphone", async () => {
  const { port, attachment } = await attach();
  const bridge = new Bridge();
  const sent: number[] = [];
  bridge.join({ speak: () => filled(500) }, "near");
  bridge.join(attachment, "near");
  bridge.join({ speak: () => filled(0), hear: (mix) => void sent.push(mix[480]!) }, "far");
  // They fade in.
  bridge.tick(0);
  port.receive({ type: "said", samples: filled(1_000, 2 * FRAME_SAMPLES) });
  for (let tick = 1; tick < 4; tick++) bridge.tick(tick * 20);
  assert.deepEqual(sent.slice(1), [1_500, 1_500, 500]);
});

Deno.test("200 ms may be said at first, and as much again as was played", async () => {
  for (const rate of [8_000, 11_025, 16_000, 44_100, 48_000]) {
    const { port, attachment } = await attach(rate);
    const window = Math.floor(rate / 5);
    assert.equal(port.room, window);
    let said = 0;
    for (let tick = 0; tick < 500; tick++) {
      const samples = port.room - said;
      said += samples;
      if (samples > 0) port.receive({ type: "said", samples: filled(7, samples) });
      attachment.speak();
    }
    // Ten seconds were played: no sample less, and none more than the window on top.
    assert.ok(said >= rate * 10 && said <= rate * 10 + window, `${rate} Hz: ${said}`);
    attachment.close();
  }
});

Deno.test("a program in real time that comes late now and then does not stutter", async () => {
  const { port, attachment } = await attach();
  let silent = 0;
  for (let tick = 0; tick < 100; tick++) {
    // Every ninth of ten comes together with the tenth.
    const chunks = tick % 10 === 8 ? 0 : tick % 10 === 9 ? 2 : 1;
    for (let i = 0; i < chunks; i++) port.receive({ type: "said", samples: filled(1_000) });
    if (said(attachment, 1)[0]![0] === 0) silent++;
  }
  assert.equal(silent, 1, "frames of silence, the one before the start included");
});

Deno.test("a short sound that nothing follows is played all the same", async () => {
  const { port, attachment } = await attach();
  port.receive({ type: "said", samples: filled(1_000, 100) });
  const loud = said(attachment, 5).filter((frame) => frame[0] === 1_000);
  assert.equal(loud.length, 1);
  assert.deepEqual([loud[0]![99], loud[0]![100]], [1_000, 0]);
});

Deno.test("who says more than there is room for loses it, and the delay stays bounded", async () => {
  const { port, attachment } = await attach();
  port.receive({ type: "said", samples: filled(1_000, 480_000) });
  port.receive({ type: "said", samples: filled(1_000, 480_000) });
  const loud = said(attachment, 100).filter((frame) => frame[0] === 1_000);
  assert.ok(loud.length <= 13, `${loud.length * 20} ms were kept`);
});

Deno.test("the far end is heard at the program's rate", async () => {
  for (const rate of [8_000, 16_000, 44_100]) {
    const { port, attachment } = await attach(rate);
    const tone = sine(48_000, 48_000, 1_000, 10_000);
    for (let at = 0; at < tone.length; at += FRAME_SAMPLES) {
      attachment.hear(tone.subarray(at, at + FRAME_SAMPLES));
      port.receive({ type: "taken", frames: 1 });
    }
    const samples = Int16Array.from(port.heard.flatMap((frame) => [...frame]));
    assert.ok(Math.abs(samples.length - rate) <= 1, `${rate} Hz: ${samples.length}`);
    const amplitude = toneAmplitude(samples.subarray(rate / 10, rate / 2), 1_000, rate);
    assert.ok(Math.abs(amplitude - 10_000) < 300, `${rate} Hz: ${amplitude}`);
    attachment.close();
  }
});

Deno.test("a program that does not read loses the oldest, counted, and never more waits", async () => {
  const { port, attachment } = await attach();
  for (let i = 0; i < 100; i++) attachment.hear(filled(i));
  assert.deepEqual(port.heard.map((frame) => frame[0]), [0, 1, 2, 3, 4]);
  port.receive({ type: "taken", frames: 5 });
  assert.deepEqual(port.heard.slice(5).map((frame) => frame[0]), [95, 96, 97, 98, 99]);
  attachment.close();
  const losses = { heard: 90 * FRAME_SAMPLES };
  assert.deepEqual(port.posted.at(-1), { type: "ended", losses });
  assert.ok(port.closed);
});

Deno.test("the program's side acknowledges, and ends once", () => {
  const posted: ToAttachment[] = [];
  const words: string[] = [];
  const port = {
    onmessage: null as ((event: MessageEvent) => void) | null,
    postMessage: (message: ToAttachment) => void posted.push(message),
    close: () => void words.push("closed"),
  };
  const audio = new AttachedAudio(port, {
    heard: (samples) => void words.push(`heard ${samples.length}`),
    room: (samples) => void words.push(`room ${samples}`),
    ended: ({ heard }) => void words.push(`ended ${heard}`),
  });
  const tell = (data: unknown) => port.onmessage?.({ data } as MessageEvent);
  tell({ type: "room", samples: 5 });
  tell({ type: "heard", samples: filled(1, 3) });
  audio.say(filled(2, 4));
  tell({ type: "ended", losses: { heard: 9 } });
  audio.end();
  audio.say(filled(2, 4));
  assert.deepEqual(words, ["room 5", "heard 3", "closed", "ended 9"]);
  assert.deepEqual(posted.map(({ type }) => type), ["taken", "said"]);
});
