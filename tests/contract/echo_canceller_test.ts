/** The real libspeexdsp in the room of the device host: echo, double talk, clocks that differ. */
import assert from "node:assert/strict";
import { VoiceSignal } from "../../src/audio/voice.ts";
import { OffhookError } from "../../src/base/errors.ts";
import { EchoRoom } from "../../src/device_host/native/audio/echo/room.ts";
import { loadSpeexDsp } from "../../src/device_host/native/audio/echo/speexdsp.ts";
import { largestStep, noise, rms } from "../fakes/media/signals.ts";
import { testWith } from "../support/skip.ts";

const RATE = 48_000;
const BLOCK = RATE / 100;
const BLOCK_MS = 10;
const db = (part: Int16Array) => 20 * Math.log10(rms(part) + 1e-9);

function voice(seconds: number, gain: number, skipped = 0): Int16Array {
  const signal = new VoiceSignal();
  const frame = new Int16Array(960);
  for (let i = 0; i < skipped; i++) signal.next(frame);
  const sound = new Int16Array(seconds * RATE);
  for (let at = 0; at < sound.length; at += frame.length) {
    signal.next(frame);
    sound.set(frame.map((sample) => sample * gain), at);
  }
  return sound;
}

/**
 * A room in virtual time: a speaker of one clock, a microphone of another that hears it 60 ms later, by
 * two ways, with noise and perhaps a person.
 */
class Room {
  now = 0;
  readonly room = new EchoRoom(() => this.now);
  readonly heard: Int16Array;
  readonly sent: Int16Array;

  constructor(far: Int16Array, near: Int16Array, ppm: number, on = (_second: number) => true) {
    this.heard = this.#echoOf(far, ppm).map((echo, i) => echo + near[i]!);
    this.sent = this.heard.slice();
    const pace = BLOCK_MS * (1 + ppm / 1e6);
    const microphone = this.room.microphone(BLOCK, RATE);
    let played = 0;
    for (let at = 0; at + BLOCK <= far.length; at += BLOCK) {
      const end = (at + BLOCK) / RATE * 1_000;
      for (; played * pace <= end; played++) {
        this.now = played * pace;
        const block = far.subarray(played * BLOCK, (played + 1) * BLOCK);
        if (block.length === BLOCK) this.room.played(this, block, RATE);
      }
      this.now = end;
      this.room.cancel(on(at / RATE));
      microphone.clean(this.sent.subarray(at, at + BLOCK));
    }
    microphone.close();
  }

  #echoOf(far: Int16Array, ppm: number): Int16Array {
    const beside = noise(far.length, 15, 7);
    const pace = 1 + ppm / 1e6;
    const at = (place: number) => {
      const first = Math.floor(place);
      const part = place - first;
      return (far[first] ?? 0) * (1 - part) + (far[first + 1] ?? 0) * part;
    };
    return Int16Array.from(far, (_, i) => {
      const place = i / pace - 0.06 * RATE;
      return 0.35 * at(place) - 0.15 * at(place - 0.02 * RATE) + beside[i]!;
    });
  }

  /** dB by which a stretch of what was heard is less in what is sent. */
  reduction(from: number, to: number): number {
    const part = (sound: Int16Array) => sound.subarray(from * RATE, to * RATE);
    return db(part(this.heard)) - db(part(this.sent));
  }
}

const SILENT = (seconds: number) => new Int16Array(seconds * RATE);

for (const ppm of [0, -250, 250]) {
  testWith(["speexdsp"], `an echo is 20 dB less after ten seconds, at ${ppm} ppm`, () => {
    const room = new Room(voice(30, 1), SILENT(30), ppm);
    const { sent } = room;
    assert.ok(room.reduction(10, 30) > 20, `${room.reduction(10, 30)} dB`);
    assert.ok(largestStep(sent.subarray(10 * RATE)) < 3_000, "no glitch");
  });
}

testWith(["speexdsp"], "who speaks with the far end is sent as he speaks", () => {
  const near = SILENT(30);
  near.set(voice(10, 1, 700), 15 * RATE);
  const { sent, heard } = new Room(voice(30, 1), near, 0);
  const part = (sound: Int16Array) => sound.subarray(15 * RATE, 25 * RATE);
  assert.ok(Math.abs(db(part(sent)) - db(part(near))) < 3, `${db(part(sent)) - db(part(near))} dB`);
  assert.ok(db(part(heard)) > db(part(near)));
});

testWith(["speexdsp"], "it goes on and off in a call without a click", () => {
  const near = voice(12, 1, 700);
  const { sent } = new Room(SILENT(12), near, 0, (second) => second % 2 >= 1);
  assert.ok(largestStep(sent) < 1.5 * largestStep(near) + 500, `${largestStep(sent)}`);
  const off = (sound: Int16Array) => sound.subarray(2.1 * RATE, 2.9 * RATE);
  assert.ok(Math.abs(db(off(sent)) - db(off(near))) < 0.2, "off: as it is");
});

Deno.test("a canceller that is not installed, or is another library, is said with what to install", () => {
  for (const names of [["libnonesuch.so.1"], ["libc.so.6"], []]) {
    assert.throws(() => loadSpeexDsp(names), (error: OffhookError) => {
      assert.equal(error.code, "device-failed");
      assert.match(error.hint!, /libspeexdsp1|brew/);
      return true;
    });
  }
  const room = new EchoRoom(() => 0, () => loadSpeexDsp(["libnonesuch.so.1"]));
  assert.throws(() => room.cancel(true), { code: "device-failed" });
  const block = noise(BLOCK, 1_000, 1);
  const before = block.slice();
  room.microphone(BLOCK, RATE).clean(block);
  assert.deepEqual(block, before, "nothing changes");
});
