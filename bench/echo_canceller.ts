/**
 * Echo cancellation by the real libspeexdsp, in virtual time: how much of an echo is taken away (ERLE),
 * and what becomes of it in an hour of cards whose clocks differ.
 *
 *     deno run -P=test bench/echo_canceller.ts [MINUTES]
 *
 * The room has two ways of 60 and 80 ms from the speaker to the microphone, and noise at −67 dBFS; the
 * far end is the generated voice. One line a row of the table in docs/performance.md.
 */
import { VoiceSignal } from "../src/audio/voice.ts";
import { EchoRoom } from "../src/device_host/native/audio/echo/room.ts";
import { seeded } from "../tests/fakes/media/impaired_link.ts";

const RATE = 48_000;
const BLOCK = RATE / 100;
const BLOCK_MS = 10;
const PAST = RATE;
const WAYS = [[0.06, 0.35], [0.08, -0.15]] as const;
const NOISE = 25;
/** Blocks of the longest stretch of which the power is told: a minute. */
const MINUTE = 6_000;

/** A voice without end, a block at a time. */
class Voice {
  readonly #signal = new VoiceSignal();
  readonly #frame = new Int16Array(2 * BLOCK);
  #half = 1;

  next(): Int16Array {
    this.#half = 1 - this.#half;
    if (this.#half === 0) this.#signal.next(this.#frame);
    return this.#frame.subarray(this.#half * BLOCK, (this.#half + 1) * BLOCK);
  }
}

/** dB by which the echo was less, minute by minute, and the longest time of a block, ms. */
function measure(ppm: number, minutes: number): { minutes: number[]; longestMs: number } {
  let now = 0;
  const room = new EchoRoom(() => now);
  const microphone = room.microphone(BLOCK, RATE);
  room.cancel(true);
  const [voice, random] = [new Voice(), seeded(7)];
  const past = new Float64Array(PAST);
  const pace = BLOCK_MS * (1 + ppm / 1e6);
  const block = new Int16Array(BLOCK);
  const found: number[] = [];
  let [played, before, after, longestMs] = [0, 0, 0, 0];
  for (let heard = 1; heard <= minutes * MINUTE; heard++) {
    for (; played * pace <= heard * BLOCK_MS; played++) {
      now = played * pace;
      const sound = voice.next();
      for (let i = 0; i < BLOCK; i++) past[(played * BLOCK + i) % PAST] = sound[i]!;
      room.played(voice, sound, RATE);
    }
    now = heard * BLOCK_MS;
    for (let i = 0; i < BLOCK; i++) {
      let sample = NOISE * (2 * random() - 1);
      for (const [delay, gain] of WAYS) {
        const at = (((heard - 1) * BLOCK + i) / RATE - delay) * RATE / (1 + ppm / 1e6);
        if (at < 1) continue;
        const first = Math.floor(at);
        const [one, other] = [past[first % PAST]!, past[(first + 1) % PAST]!];
        sample += gain * (one + (other - one) * (at - first));
      }
      block[i] = sample;
    }
    before += power(block);
    const began = performance.now();
    microphone.clean(block);
    longestMs = Math.max(longestMs, performance.now() - began);
    after += power(block);
    if (heard % MINUTE > 0) continue;
    found.push(10 * Math.log10(before / after));
    before = after = 0;
  }
  microphone.close();
  return { minutes: found, longestMs };
}

function power(block: Int16Array): number {
  let sum = 0;
  for (const sample of block) sum += sample * sample;
  return sum;
}

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const minutes = Number(Deno.args[0] ?? 60);
for (const ppm of [250, -250, 0]) {
  const { minutes: each, longestMs } = measure(ppm, minutes);
  const settled = each.slice(1);
  say(
    `${ppm} ppm: ${each[0]!.toFixed(1)} dB less in the first minute, then ` +
      `${Math.min(...settled).toFixed(1)} to ${Math.max(...settled).toFixed(1)} dB; ` +
      `longest block ${longestMs.toFixed(1)} ms`,
  );
}
