/** Comfort noise that is sent (RFC 3389): when, how loud, and what the other side hears. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import type { NegotiatedStream } from "../../../src/core/media/media_description.ts";
import { createCodec } from "../../../src/media/codec/registry.ts";
import { parseRtp, RtpPacket } from "../../../src/media/rtp/packet.ts";
import { RtpSender } from "../../../src/media/rtp/sender.ts";
import { InboundStream } from "../../../src/media/stream/inbound.ts";
import { OutboundStream } from "../../../src/media/stream/outbound.ts";
import { streamTo } from "../../fakes/media_party.ts";

await loadResampler();

interface SentPacket {
  ms: number;
  payloadType: number;
  marker: boolean;
  timestamp: number;
  payload: number[];
}

/** One phone that speaks and pauses, and one that listens. */
class Conversation {
  readonly packets: SentPacket[] = [];
  readonly inbound = new InboundStream(() => 0xffff_ffff, createCodec, {
    heard: () => {},
    returned: () => {},
    digit: () => {},
    collided: () => {},
  });
  readonly outbound: OutboundStream;
  #now = 0;
  #seed = 1;
  readonly #said = new Int16Array(FRAME_SAMPLES);
  readonly #heard = new Int16Array(FRAME_SAMPLES);

  constructor(changes: Partial<NegotiatedStream> = { comfortNoise: 13 }, codec = "PCMU") {
    const stream = { ...streamTo(4000, codec), ...changes };
    this.outbound = new OutboundStream(
      new RtpSender(() => 1, (datagram) => this.#take(datagram)),
      createCodec,
      () => {},
    );
    this.outbound.use(stream);
    this.inbound.use(stream, true, 0);
  }

  /** @param room dBFS of noise; @param voice dBFS of a vowel @returns dBFS of what is heard */
  run(ms: number, room: number, voice = -Infinity): number {
    let power = 0;
    for (const end = this.#now + ms; this.#now < end; this.#now += 20) {
      for (let i = 0; i < FRAME_SAMPLES; i++) {
        this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) | 0;
        const noise = (this.#seed / 2 ** 31) * Math.sqrt(3) * 10 ** (room / 20);
        const phase = ((this.#now * 48 + i) % 320) / 320;
        const vowel = phase < 0.5 ? 10 ** (voice / 20) : -(10 ** (voice / 20));
        this.#said[i] = Math.round(32_767 * Math.max(-1, Math.min(1, noise + vowel)));
      }
      this.outbound.frame(this.#said);
      this.inbound.pull(this.#now + 7, this.#heard);
      power = this.#heard.reduce((sum, each) => sum + (each / 32_768) ** 2, 0) / FRAME_SAMPLES;
    }
    return 10 * Math.log10(power + 1e-12);
  }

  get noise(): SentPacket[] {
    return this.packets.filter(({ payloadType }) => payloadType === 13);
  }

  free(): void {
    this.outbound.free();
    this.inbound.free();
  }

  #take(datagram: Uint8Array): void {
    const packet = new RtpPacket();
    assert.ok(parseRtp(datagram, packet));
    const { payloadType, marker, timestamp, payload } = packet;
    this.packets.push({ ms: this.#now, payloadType, marker, timestamp, payload: [...payload] });
    this.inbound.receive(datagram.slice(), this.#now);
  }
}

Deno.test("a pause is one packet that says how loud it is; the next word begins a talk spurt", () => {
  const talk = new Conversation();
  talk.run(3000, -55);
  talk.run(1000, -55, -20);
  const [spoke, before] = [talk.packets.length, talk.noise.length];
  const heard = talk.run(2000, -55);
  assert.equal(talk.noise.length, before + 1);
  const described = talk.noise.at(-1)!;
  assert.ok(Math.abs(described.payload[0]! - 55) <= 2, `${described.payload}`);
  assert.equal(described.payload.length, 1);
  // 300 ms of the voice's own hangover, and 400 ms.
  assert.ok(described.ms >= 4400 && described.ms <= 4800, `${described.ms}`);
  assert.ok(talk.packets.length - spoke < 40);
  talk.run(200, -55, -20);
  const next = talk.packets[talk.packets.indexOf(described) + 1]!;
  assert.deepEqual([next.payloadType, next.marker, next.ms], [0, true, 6000]);
  assert.equal((next.timestamp - described.timestamp) >>> 0, (6000 - described.ms) * 8);
  assert.ok(Math.abs(heard + 55) < 3.5, `${heard} dBFS`);
  const { inbound } = talk;
  assert.deepEqual([inbound.lost, inbound.playout.concealedFrames], [0, 0]);
  talk.free();
});

Deno.test("a pause that gets louder or quieter is described again, and others every five seconds", () => {
  const talk = new Conversation();
  talk.run(4000, -60);
  const settled = talk.noise.length;
  talk.run(2000, -56);
  const louder = talk.noise.length - settled;
  assert.ok(louder >= 1 && louder <= 3, `${louder}`);
  talk.run(3000, -70);
  const changes = talk.noise.map(({ ms }) => ms);
  for (let i = 1; i < changes.length; i++) assert.ok(changes[i]! - changes[i - 1]! >= 200);
  assert.ok(Math.abs(talk.noise.at(-1)!.payload[0]! - 70) <= 3);
  const before = talk.noise.length;
  talk.run(20_000, -70);
  assert.ok(Math.abs(talk.noise.length - before - 4) <= 1, `${talk.noise.length - before}`);
  talk.free();
});

Deno.test("the fading end of a word and the quiet beginning of one are sent", () => {
  const talk = new Conversation();
  talk.run(3000, -60);
  const from = talk.packets.length;
  // A consonant without voice, a vowel, and its end that fades to the room.
  talk.run(100, -45);
  talk.run(300, -60, -20);
  for (let db = -20; db > -60; db -= 2) talk.run(20, -60, db);
  const sound = talk.packets.slice(from).filter(({ payloadType }) => payloadType === 0);
  assert.deepEqual(sound.map(({ ms }) => ms), Array.from({ length: 40 }, (_, i) => 3000 + 20 * i));
  talk.free();
});

Deno.test("a digit's tone is no pause", () => {
  const talk = new Conversation({ comfortNoise: 13, sendEvents: undefined });
  talk.run(3000, -70);
  talk.outbound.sendDigits("5", 100, "inband");
  const from = talk.packets.length;
  talk.run(300, -70);
  assert.ok(talk.packets.slice(from).every(({ payloadType }) => payloadType === 0));
  assert.equal(talk.packets.length - from, 15);
  talk.free();
});

Deno.test("packets of 60 ms are filled before a pause", () => {
  const talk = new Conversation({ comfortNoise: 13, ptime: 60 });
  talk.run(1000, -60, -20);
  talk.run(2000, -60);
  assert.ok(talk.noise.length >= 1);
  const sound = talk.packets.filter(({ payloadType }) => payloadType === 0);
  assert.ok(sound.every(({ payload }) => payload.length === 480));
  talk.free();
});

Deno.test("pauses are sent as sound where comfort noise was not agreed on, and beside wideband", () => {
  for (const talk of [new Conversation({}), new Conversation({ comfortNoise: 13 }, "G722")]) {
    talk.run(3000, -60);
    assert.deepEqual([talk.packets.length, talk.noise.length], [150, 0]);
    talk.free();
  }
});
