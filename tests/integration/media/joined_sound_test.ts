/** Programs, recordings and other devices in a call between two media workers, each its own thread. */
import assert from "node:assert/strict";
import type { AudioEndpoints, MediaEffect } from "../../../src/core/ports/media_port.ts";
import type { AttachedAudio } from "../../../src/media/attachment/attached_audio.ts";
import { MediaParty } from "../../fakes/media_party.ts";
import { joined } from "../../fakes/media/signals.ts";
import { loudness, toneAmplitude, ToneGenerator } from "../../fakes/tone.ts";
import { readWav } from "../../support/wav.ts";

const RATE = 16_000;
const FRAME = RATE / 50;
const QUIET: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };
const tone = (frequency: number): AudioEndpoints => ({
  microphone: { kind: "tone", frequency, level: -6 },
  speaker: { kind: "null" },
});

interface Scene {
  a: MediaParty;
  b: MediaParty;
  folder: string;
}

/** A call between two workers. */
async function withCall(
  a: AudioEndpoints,
  b: AudioEndpoints,
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const scene = { a: new MediaParty(), b: new MediaParty(), folder };
  try {
    await Promise.all([scene.a.open(a), scene.b.open(b)]);
    scene.a.start(scene.b, "PCMU");
    scene.b.start(scene.a, "PCMU");
    await body(scene);
  } finally {
    await Promise.all([scene.a.stop(), scene.b.stop()]);
    await Deno.remove(folder, { recursive: true });
  }
}

/** A program that has joined a call: what it heard, and a way to say as much as there is room for. */
class Program {
  readonly heard: Int16Array[] = [];
  readonly ended: Promise<void>;
  readonly audio: AttachedAudio;
  room = 0;
  #waiting: (() => void)[] = [];

  constructor({ worker, call }: MediaParty, attachment: string, instead = false) {
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    this.audio = worker.attach(attachment, {
      heard: (samples) => {
        this.heard.push(samples);
        this.#wake();
      },
      room: (samples) => {
        this.room += samples;
        this.#wake();
      },
      ended: () => ended.resolve(),
    });
    worker.perform({ type: "AttachAudio", call, attachment, rate: RATE, instead });
  }

  /** Says a tone for so many frames, as fast as it may. */
  async say(frequency: number, frames: number): Promise<void> {
    const generator = new ToneGenerator(frequency, RATE, 6_000);
    for (let i = 0; i < frames; i++) {
      while (this.room < FRAME) await this.#news();
      this.room -= FRAME;
      this.audio.say(generator.fill(new Int16Array(FRAME)));
    }
  }

  /** The last so many frames, once as many have come from now on. */
  async hear(frames: number): Promise<Int16Array> {
    const until = this.heard.length + frames;
    while (this.heard.length < until) await this.#news();
    return joined(this.heard.slice(-frames));
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The samples of a file of ours, 16 bits again. */
async function soundOf(path: string, channel = 0): Promise<Int16Array> {
  const { rate, samples } = await readWav(path, channel);
  assert.equal(rate, RATE);
  return Int16Array.from(samples, (sample) => sample * 32_768);
}

const at = (samples: Int16Array, frequency: number, rate = RATE) =>
  toneAmplitude(samples, frequency, rate);

Deno.test("two programs: each hears the far end only, and the far end hears both and the microphone", () =>
  withCall(tone(500), tone(900), async ({ a, b }) => {
    const [one, two, listener] = [new Program(a, "1"), new Program(a, "2"), new Program(b, "1")];
    const [heard, far] = await Promise.all([
      Promise.all([one.hear(50), two.hear(50)]),
      listener.hear(60),
      one.say(1_300, 100),
      two.say(1_700, 100),
    ]);
    for (const samples of heard) {
      const [mine, theirs, other] = [500, 900, 1_700].map((hertz) => at(samples, hertz));
      assert.ok(theirs! > 5_000, `the far end at ${theirs}`);
      assert.ok(mine! < 100 && other! < 100, `our own side at ${mine} and ${other}`);
    }
    const late = far.subarray(-20 * FRAME);
    for (const hertz of [500, 1_300, 1_700]) {
      assert.ok(at(late, hertz) > 4_000, `${hertz} Hz at ${at(late, hertz)}`);
    }
  }));

Deno.test("instead of the microphone: it is not heard while the program is there, and then again", () =>
  withCall(tone(500), QUIET, async ({ a, b }) => {
    const program = new Program(a, "1", true);
    const listener = new Program(b, "1");
    const [, far] = await Promise.all([program.say(1_300, 60), listener.hear(50)]);
    const late = far.subarray(-15 * FRAME);
    assert.ok(at(late, 1_300) > 4_000 && at(late, 500) < 150, `${at(late, 500)}`);
    a.worker.perform({ type: "DetachAudio", call: a.call, attachment: "1" });
    await program.ended;
    const after = (await listener.hear(30)).subarray(-10 * FRAME);
    assert.ok(at(after, 500) > 4_000 && at(after, 1_300) < 150, `${at(after, 500)}`);
  }));

Deno.test("a main thread that stands still makes no packet late, and the program hears on", () =>
  withCall(QUIET, tone(900), async ({ a, b }) => {
    const program = new Program(a, "1");
    await program.hear(20);
    const before = (await b.next("MediaReported")).report;
    const stop = performance.now() + 600;
    while (performance.now() < stop);
    const after = (await b.next("MediaReported")).report;
    assert.ok(after.received - before.received >= 45, `${after.received - before.received}`);
    assert.equal(after.lost, before.lost);
    const samples = await program.hear(25);
    assert.ok(at(samples.subarray(-10 * FRAME), 900) > 5_000);
  }));

Deno.test("the end of the call, and of the thread, is the end for every program", () =>
  withCall(QUIET, QUIET, async ({ a, b }) => {
    const programs = [new Program(a, "1"), new Program(a, "2"), new Program(b, "1")];
    await Promise.all(programs.map((program) => program.hear(1)));
    await a.close();
    await Promise.all([programs[0]!.ended, programs[1]!.ended]);
    await b.stop();
    await programs[2]!.ended;
  }));

Deno.test("a recording begins in mid-call, holds silence where it was paused, and is complete at its end", () =>
  withCall(tone(500), tone(900), async ({ a, folder }) => {
    const path = `${folder}/call.wav`;
    const { call, worker } = a;
    const settled = () => a.next("RecordingSettled");
    const pause = (paused: boolean) => worker.perform({ type: "PauseRecording", call, paused });
    const listener = new Program(a, "1");
    worker.perform({ type: "RecordMedia", call, path });
    await settled();
    await listener.hear(40);
    pause(true);
    await listener.hear(40);
    pause(false);
    await listener.hear(40);
    worker.perform({ type: "RecordMedia", call, path: null });
    await settled();
    // Complete now, while the call goes on.
    const [left, right] = await Promise.all([0, 1].map((channel) => soundOf(path, channel)));
    const rate = RATE;
    const seconds = left!.length / rate;
    assert.ok(Math.abs(seconds - 2.4) < 0.25, `${seconds} s`);
    const part = (from: number, to: number, side: Int16Array) =>
      side.subarray(from * rate, to * rate);
    for (const [from, to] of [[0.3, 0.6], [1.85, 2.15]] as const) {
      assert.ok(at(part(from, to, left!), 500) > 4_000, `ours at ${from} s`);
      assert.ok(at(part(from, to, right!), 900) > 4_000, `theirs at ${from} s`);
    }
    assert.equal(loudness(part(1.0, 1.4, left!)), 0);
    assert.equal(loudness(part(1.0, 1.4, right!)), 0);
    assert.ok(!a.has("EndpointFailed"));
  }));

Deno.test("a recording that cannot be is told, and the call goes on", () =>
  withCall(tone(500), QUIET, async ({ a, folder }) => {
    a.worker.perform({ type: "RecordMedia", call: a.call, path: `${folder}/none/call.wav` });
    const { endpoint, error } = await a.next("EndpointFailed");
    assert.deepEqual([endpoint, error.code], ["record", "file-unusable"]);
    assert.equal((await a.next("MediaReported")).report.lost, 0);
  }));

Deno.test("other endpoints in mid-call: packets flow, and what cannot be opened changes nothing", () =>
  withCall(tone(500), QUIET, async ({ a, b, folder }) => {
    const listener = new Program(b, "1");
    const use = (change: Partial<Extract<MediaEffect, { type: "UseEndpoints" }>>) =>
      a.worker.perform({ type: "UseEndpoints", call: a.call, ...change });
    await listener.hear(30);
    use({ microphone: { kind: "file", path: `${folder}/none.wav`, loop: false } });
    assert.equal((await a.next("EndpointFailed")).endpoint, "microphone");
    // The former one works: what is told last is true.
    assert.equal((await a.next("EndpointRestored")).endpoint, "microphone");
    assert.ok(at((await listener.hear(20)).subarray(-10 * FRAME), 500) > 4_000);
    const before = (await b.next("MediaReported")).report;
    use({
      microphone: { kind: "tone", frequency: 1_300, level: -6 },
      speaker: { kind: "file", path: `${folder}/heard.wav` },
    });
    assert.equal((await a.next("EndpointRestored")).endpoint, "microphone");
    assert.equal((await a.next("EndpointRestored")).endpoint, "speaker");
    const samples = (await listener.hear(40)).subarray(-10 * FRAME);
    assert.ok(at(samples, 1_300) > 4_000 && at(samples, 500) < 150);
    const after = (await b.next("MediaReported")).report;
    assert.ok(after.received - before.received >= 45);
    assert.equal(after.lost, 0);
    await a.close();
    const written = await soundOf(`${folder}/heard.wav`);
    assert.ok(written.length > 8_000, `${written.length} samples`);
  }));
