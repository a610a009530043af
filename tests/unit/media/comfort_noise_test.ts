/** Comfort noise (RFC 3389): its level and spectrum, and a stream that pauses with it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { createCodec } from "../../../src/media/codec/registry.ts";
import { ComfortNoise } from "../../../src/media/jitter/comfort_noise.ts";
import { PcmBuffer } from "../../../src/media/jitter/pcm_buffer.ts";
import { writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import { InboundStream } from "../../../src/media/stream/inbound.ts";
import { streamTo } from "../../fakes/media_party.ts";

await loadResampler();

/** dB below full scale of a square wave, as RFC 3389 counts. */
function levelOf(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power / 32_768 ** 2);
}

/** 400 ms at 8 kHz. */
function noiseOf(...payload: number[]): Int16Array {
  const buffer = new PcmBuffer(8000);
  const noise = new ComfortNoise();
  noise.describe(Uint8Array.from(payload));
  noise.append(buffer, 3200);
  return buffer.samples.slice(buffer.start, buffer.end);
}

/** Correlation of neighbouring samples: 1 nothing but low, −1 nothing but high frequencies. */
function slope(samples: Int16Array): number {
  let [product, power] = [0, 0];
  for (let i = 1; i < samples.length; i++) {
    product += samples[i]! * samples[i - 1]!;
    power += samples[i]! * samples[i]!;
  }
  return product / power;
}

Deno.test("the noise is as loud as the peer says, whatever its spectrum", () => {
  for (const level of [30, 45, 60, 70]) {
    for (const coefficients of [[], [27], [227], [27, 160, 100]]) {
      const made = levelOf(noiseOf(level, ...coefficients));
      assert.ok(Math.abs(made + level) < 1.5, `${level} ${coefficients}: ${made}`);
    }
  }
  assert.ok(slope(noiseOf(40, 27)) > 0.5);
  assert.ok(slope(noiseOf(40, 227)) < -0.5);
  assert.ok(Math.abs(slope(noiseOf(40))) < 0.1);
});

Deno.test("whatever a payload says, the noise is bounded and no louder than −30 dB", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
    const samples = noiseOf(...payload);
    assert.equal(samples.length, 3200);
    // A filter that rings for long has its level only on average.
    assert.ok(levelOf(samples) < -20, `${levelOf(samples)}`);
  }));
});

/** PCMU of a peer that speaks for a second, pauses for two, and speaks again. */
class PausingPeer {
  readonly inbound = new InboundStream(() => 0xffff_ffff, createCodec, {
    heard: () => {},
    returned: () => {},
    digit: () => {},
    collided: () => {},
  });
  #now = 0;
  #sequence = 65_530;
  readonly #frame = new Int16Array(FRAME_SAMPLES);

  constructor() {
    this.inbound.use(streamTo(4000, "PCMU"), true, 0);
  }

  /** @returns what is heard in `ms`; @param pauses with a packet of noise first, or without sending */
  run(ms: number, sends: boolean, noise?: number[]): Int16Array {
    const heard: number[] = [];
    if (noise) this.#send(13, Uint8Array.from(noise), false);
    for (const end = this.#now + ms, from = this.#now; this.#now < end; this.#now += 20) {
      const loud = new Uint8Array(160).map((_, i) => i % 8 < 4 ? 0x20 : 0xa0);
      if (sends) this.#send(0, loud, this.#now === from);
      this.inbound.pull(this.#now + 7, this.#frame);
      heard.push(...this.#frame);
    }
    return Int16Array.from(heard);
  }

  #send(payloadType: number, payload: Uint8Array, marker: boolean): void {
    const datagram = new Uint8Array(12 + payload.length);
    writeRtpHeader(datagram, marker, payloadType, this.#sequence++ & 0xffff, this.#now * 8, 7);
    datagram.set(payload, 12);
    this.inbound.receive(datagram, this.#now);
  }
}

Deno.test("a pause that comfort noise announces is filled with it, and nothing is lost or made up", () => {
  const peer = new PausingPeer();
  peer.run(1000, true);
  const pause = peer.run(2000, false, [50]);
  const level = levelOf(pause.subarray(10 * FRAME_SAMPLES));
  assert.ok(Math.abs(level + 50) < 2, `${level} dB`);
  // The next packet says that it is quieter there now.
  const quieter = levelOf(peer.run(1000, false, [65]).subarray(FRAME_SAMPLES));
  assert.ok(Math.abs(quieter + 65) < 2, `${quieter} dB`);
  const speech = peer.run(1000, true);
  assert.ok(levelOf(speech.subarray(10 * FRAME_SAMPLES)) > -20);
  const { inbound } = peer;
  assert.deepEqual([inbound.lost, inbound.playout.jitter.late], [0, 0]);
  assert.equal(inbound.playout.concealedFrames, 0);
  inbound.free();
});

Deno.test("without comfort noise a pause is silence, and so it is after speech went on", () => {
  const peer = new PausingPeer();
  peer.run(500, true);
  peer.run(500, false, [50]);
  peer.run(500, true);
  const pause = peer.run(2000, false).subarray(10 * FRAME_SAMPLES);
  assert.ok(levelOf(pause) < -80, `${levelOf(pause)}`);
  assert.ok(peer.inbound.playout.concealedFrames > 0);
  peer.inbound.free();
});
