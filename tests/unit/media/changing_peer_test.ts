/** A peer that sends what it did not before, or what cannot be decoded: the call goes on. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler, Resampler } from "../../../src/audio/resampler.ts";
import { createCodec, loadCodecs } from "../../../src/media/codec/registry.ts";
import { writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import { InboundStream } from "../../../src/media/stream/inbound.ts";
import { formatOf, streamTo } from "../../fakes/media_party.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";

await loadResampler();
await loadCodecs(["OPUS"]);

/** A tone of 440 Hz, −9 dB, at 48 kHz. */
const TONE = Int16Array.from(
  { length: 48_000 * 12 },
  (_, i) => 12_000 * Math.sin((2 * Math.PI * 440 * i) / 48_000),
);

function levelOf(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power / 32_768 ** 2);
}

/** Sends the tone to a stream of ours, and hears it. */
class Peer {
  readonly inbound = new InboundStream(() => 0xffff_ffff, createCodec, {
    heard: () => {},
    returned: () => {},
    digit: () => {},
    collided: () => {},
  });
  ssrc = 7;
  /** What becomes of a payload on its way. */
  spoil = (payload: Uint8Array) => payload;
  #now = 0;
  #sequence = 1000;
  #timestamp = 5000;

  constructor(...encodings: string[]) {
    const receiveFormats = encodings.map(formatOf);
    this.inbound.use({ ...streamTo(4000, encodings[0]!), receiveFormats }, true, 0);
  }

  /** @returns what is heard in `ms`, which packets of `ptime` fill */
  send(encoding: string, ms: number, ptime = 20): Int16Array {
    const codec = createCodec(formatOf(encoding));
    const resampler = new Resampler(48_000, codec.sampleRate);
    const pcm = new Int16Array((codec.sampleRate * ptime) / 1000);
    const [payload, heard] = [new Uint8Array(1500), new Int16Array(ms * 48)];
    for (let at = 0, sent = 0; at < ms; at += 20, this.#now += 20) {
      for (; sent < at + 20; sent += ptime) {
        const from = (sent % 10_000) * 48;
        resampler.process(TONE.subarray(from, from + ptime * 48), pcm);
        const octets = codec.encode(pcm, payload, 0);
        this.#packet(encoding, this.spoil(payload.subarray(0, octets)));
        this.#timestamp += (codec.clockRate * ptime) / 1000;
      }
      this.inbound.pull(this.#now + 7, heard.subarray(at * 48, at * 48 + FRAME_SAMPLES));
    }
    resampler.free();
    codec.free?.();
    return heard;
  }

  #packet(encoding: string, payload: Uint8Array): void {
    const datagram = new Uint8Array(12 + payload.length);
    const { payloadType } = formatOf(encoding);
    const sequence = this.#sequence++ & 0xffff;
    writeRtpHeader(datagram, false, payloadType, sequence, this.#timestamp >>> 0, this.ssrc);
    datagram.set(payload, 12);
    this.inbound.receive(datagram, this.#now);
  }
}

/** The last second. */
const end = (heard: Int16Array) => heard.subarray(heard.length - 48_000);

function near(heard: Int16Array, message: string): void {
  const level = levelOf(end(heard));
  assert.ok(Math.abs(level - -11.7) < 2, `${message}: ${level} dB`);
}

Deno.test("a peer that changes its codec in the call, and with it the clock, is heard on", () => {
  const peer = new Peer("PCMU", "G722", "OPUS", "PCMA");
  for (const encoding of ["PCMU", "OPUS", "G722", "OPUS", "PCMA", "PCMU"]) {
    near(peer.send(encoding, 3000), encoding);
    assert.equal(peer.inbound.playout.encoding, encoding);
  }
  assert.equal(peer.inbound.lost, 0);
  peer.inbound.free();
});

Deno.test("a peer that changes the length of its packets in the call is heard on", () => {
  for (const encoding of ["PCMU", "OPUS"]) {
    const peer = new Peer(encoding);
    for (const ptime of [20, 60, 10, 40, 20]) {
      near(peer.send(encoding, 3000, ptime), `${encoding}, ${ptime} ms`);
    }
    assert.equal(peer.inbound.lost, 0);
    peer.inbound.free();
  }
});

Deno.test("a peer that becomes another source, with another codec, is heard on", () => {
  const peer = new Peer("OPUS", "PCMU");
  near(peer.send("OPUS", 3000), "first");
  peer.ssrc = 99;
  near(peer.send("PCMU", 3000), "second");
  peer.inbound.free();
});

Deno.test("packets that cannot be decoded are made up for, and those after them are heard", () => {
  const garbage = { empty: new Uint8Array(0), reserved: Uint8Array.of(0xff, 0xff, 0xff, 0xff) };
  for (const [name, payload] of Object.entries(garbage)) {
    const peer = new Peer("OPUS");
    near(peer.send("OPUS", 2000), name);
    let count = 0;
    peer.spoil = (sound) => ++count % 10 === 0 ? payload : sound;
    near(peer.send("OPUS", 4000), name);
    const { concealedFrames, undecodable } = peer.inbound.playout;
    assert.ok(name === "empty" ? undecodable === 0 : undecodable >= 15, `${name}: ${undecodable}`);
    assert.ok(concealedFrames >= 15, `${name}: ${concealedFrames}`);
    peer.spoil = (sound) => sound;
    near(peer.send("OPUS", 2000), name);
    assert.equal(peer.inbound.lost, 0);
    peer.inbound.free();
  }
});

Deno.test("nothing but noise as Opus breaks nothing, and the tone after it is heard", () => {
  const peer = new Peer("OPUS");
  const random = seeded(3);
  peer.spoil = ({ length }) => new Uint8Array(length).map(() => random() * 256);
  peer.send("OPUS", 5000);
  peer.spoil = (sound) => sound;
  near(peer.send("OPUS", 5000), "after it");
  peer.inbound.free();
});
