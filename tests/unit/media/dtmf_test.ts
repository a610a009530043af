/** DTMF as events (RFC 4733) and as tones, sent and heard. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { voiceSamples } from "../../support/voice_samples.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { DTMF_DIGITS } from "../../../src/core/media/dtmf.ts";
import { digitSteps, frequenciesOf } from "../../../src/media/dtmf/digits.ts";
import { DigitLog } from "../../../src/media/dtmf/digit_log.ts";
import { DigitSender } from "../../../src/media/dtmf/digit_sender.ts";
import { TelephoneEventReceiver, writeEvent } from "../../../src/media/dtmf/telephone_event.ts";
import { ToneDetector } from "../../../src/media/dtmf/tone_detector.ts";
import { ToneGenerator } from "../../../src/media/dtmf/tone_generator.ts";
import { parseRtp, RtpPacket } from "../../../src/media/rtp/packet.ts";
import { RtpSender } from "../../../src/media/rtp/sender.ts";
import { noise, sine } from "../../fakes/media/signals.ts";

const DIGITS = DTMF_DIGITS.join("");

Deno.test("a sequence becomes digits, gaps and pauses", () => {
  const steps = digitSteps("1w#,", 100);
  assert.deepEqual(steps, [
    { kind: "digit", digit: "1", ms: 100 },
    { kind: "gap", ms: 80 },
    { kind: "pause", ms: 1000 },
    { kind: "digit", digit: "#", ms: 100 },
    { kind: "gap", ms: 80 },
    { kind: "pause", ms: 2000 },
  ]);
  assert.throws(() => digitSteps("12x", 100), (error) => {
    assert.ok(error instanceof OffhookError);
    assert.equal(error.code, "usage");
    assert.match(error.message, /"X" in "12x"/);
    return true;
  });
});

interface Sent {
  marker: boolean;
  payloadType: number;
  timestamp: number;
  event: number;
  end: boolean;
  duration: number;
}

/** Runs a sender for some frames; audio frames are sent as payload type 0. */
function sendFrames(digits: string, durationMs: number, frames: number) {
  const sent: Sent[] = [];
  const done: string[] = [];
  const rtp = new RtpSender(() => 0, (datagram) => {
    const packet = new RtpPacket();
    assert.ok(parseRtp(datagram, packet));
    const [event, flags, high, low] = packet.payload;
    sent.push({
      marker: packet.marker,
      payloadType: packet.payloadType,
      timestamp: packet.timestamp,
      event: event!,
      end: (flags! & 0x80) !== 0,
      duration: (high! << 8) | low!,
    });
  });
  const sender = new DigitSender(rtp, (all) => done.push(all));
  sender.add(digits, durationMs, "rfc4733");
  const outcomes: string[] = [];
  for (let i = 0; i < frames; i++) {
    outcomes.push(sender.frame(i * 160, { payloadType: 101, clockRate: 8000 }));
  }
  return { sent, done, outcomes, sender };
}

Deno.test("an event starts with the marker, grows, and ends three times (RFC 4733)", () => {
  const { sent, done, outcomes, sender } = sendFrames("5", 100, 12);
  assert.deepEqual(sent.map((packet) => packet.duration), [160, 320, 480, 640, 800, 800, 800]);
  assert.deepEqual(sent.map((packet) => packet.end), [
    ...Array(4).fill(false),
    ...Array(3).fill(true),
  ]);
  assert.deepEqual(sent.map((packet) => packet.marker), [true, ...Array(6).fill(false)]);
  assert.ok(sent.every((packet) => packet.timestamp === 0 && packet.event === 5));
  assert.ok(sent.every((packet) => packet.payloadType === 101));
  assert.deepEqual(outcomes.slice(5), [
    "event",
    "event",
    "tone",
    "tone",
    "microphone",
    "microphone",
    "microphone",
  ]);
  assert.deepEqual(done, ["5"]);
  assert.equal(sender.sent, "5");
});

Deno.test("events of a sequence have timestamps of their own and a gap between", () => {
  const { sent } = sendFrames("112", 60, 40);
  const starts = [...new Set(sent.map((packet) => packet.timestamp))];
  assert.equal(starts.length, 3);
  // 60 ms of digit and 80 ms of gap.
  assert.deepEqual(starts, [0, 7 * 160, 14 * 160]);
});

Deno.test("a pause lets the microphone through", () => {
  const { outcomes } = sendFrames("1w1", 40, 70);
  assert.equal(outcomes.filter((outcome) => outcome === "microphone").length, 50 + 70 - 62);
});

/** Event packets as a peer sends them. */
function eventPackets(digit: string, timestamp: number, frames: number, sequence = 0) {
  return Array.from({ length: frames + 2 }, (_, i) => (
    eventPacket(digit, i >= frames - 1, Math.min(i + 1, frames) * 160, timestamp, sequence + i)
  ));
}

function eventPacket(
  digit: string,
  end: boolean,
  ticks: number,
  timestamp: number,
  sequence: number,
  marker = false,
): RtpPacket {
  const packet = new RtpPacket();
  packet.payload = new Uint8Array(4);
  writeEvent(packet.payload, 0, digit, end, ticks);
  packet.timestamp = timestamp >>> 0;
  packet.sequenceNumber = sequence & 0xffff;
  packet.marker = marker;
  return packet;
}

Deno.test("every digit is told once whatever is lost, doubled or swapped, as long as one is left", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(15), { minLength: 1, maxLength: 8 }),
    fc.infiniteStream(fc.record({ lost: fc.boolean(), twice: fc.boolean() })),
    (events, fates) => {
      const heard: string[] = [];
      const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
      let now = 0;
      const expected = events.map((event, k) => {
        const packets = eventPackets(DIGITS[event]!, 0xffff_f000 + k * 2400 >>> 0, 5, k * 7);
        const kept = packets.filter(() => !fates.next().value!.lost);
        const arriving = kept.length > 0 ? kept : [packets[3]!];
        for (const packet of arriving) {
          const copies = fates.next().value!.twice ? 2 : 1;
          for (let copy = 0; copy < copies; copy++) receiver.receive(packet, now);
          receiver.tick(now += 20);
        }
        for (let i = 0; i < 8; i++) receiver.tick(now += 20);
        return DIGITS[event]!;
      });
      assert.deepEqual(heard, expected);
    },
  ));
});

Deno.test("a late packet of a digit that is over does not start it again", () => {
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
  const [first, second] = [eventPackets("1", 0, 3), eventPackets("2", 4000, 3, 5)];
  for (const packet of [...first, ...second, first[1]!, first[4]!]) {
    receiver.receive(packet, 0);
  }
  assert.deepEqual(heard, ["1", "2"]);
});

Deno.test("a very long event in segments is one digit (RFC 4733 §2.5.1.3)", () => {
  const heard: [string, number][] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit, ms) => heard.push([digit, ms]));
  for (let ticks = 160; ticks <= 65_440; ticks += 160) {
    receiver.receive(eventPacket("9", false, ticks, 0, ticks / 160), ticks / 8);
  }
  for (let ticks = 160; ticks <= 1600; ticks += 160) {
    const packet = eventPacket("9", ticks === 1600, ticks, 65_440, 409 + ticks / 160);
    receiver.receive(packet, (65_440 + ticks) / 8);
  }
  assert.deepEqual(heard, [["9", 8380]]);
});

Deno.test("payloads that are no digit are passed over", () => {
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), fc.nat(), (payload, timestamp) => {
    if (payload.length > 0) payload[0] = 16 + payload[0]! % 200;
    const packet = Object.assign(new RtpPacket(), { payload, timestamp });
    packet.sequenceNumber = timestamp & 0xffff;
    receiver.receive(packet, 0);
    receiver.tick(1000);
  }));
  assert.deepEqual(heard, []);
});

/** A press as senders make it that do not keep to RFC 4733 §2.5.1.2. */
type Style = "right" | "rising" | "constant" | "falling" | "moving-end" | "rising-end";

/** Presses one after the other; a packet is `[ms, packet]`. */
function pressed(
  keys: { digit: string; frames: number; gap: number; marker: boolean }[],
  style: Style,
): [number, RtpPacket][] {
  const packets: [number, RtpPacket][] = [];
  let [now, sequence] = [0, 65_500];
  for (const { digit, frames, gap, marker } of keys) {
    const start = style === "constant" ? 4000 : style === "falling" ? 1e6 - now * 8 : now * 8;
    for (let i = 0; i < frames + 2; i++) {
      const end = i >= frames - 1;
      const moved = style === "rising" || (style === "moving-end" && i >= frames);
      const ticks = style === "rising-end" ? i + 1 : Math.min(i + 1, frames);
      const timestamp = start + (moved ? i * 160 : 0);
      const first = marker && i === 0;
      packets.push([now, eventPacket(digit, end, ticks * 160, timestamp, sequence++, first)]);
      now += 20;
    }
    now += gap;
  }
  return packets;
}

Deno.test("one press is one digit and none is lost, whatever a sender does with timestamps", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Style>(
        "right",
        "rising",
        "constant",
        "falling",
        "moving-end",
        "rising-end",
      ),
      fc.array(
        fc.record({
          digit: fc.constantFrom(..."0123"),
          frames: fc.integer({ min: 2, max: 12 }),
          gap: fc.constantFrom(40, 80, 500),
          marker: fc.boolean(),
        }),
        { minLength: 1, maxLength: 10 },
      ),
      fc.array(fc.nat(), { maxLength: 10 }),
      (style, keys, doubled) => {
        const heard: string[] = [];
        const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
        const packets = pressed(keys, style);
        const twice = new Set(doubled.map((one) => one % packets.length));
        packets.forEach(([now, packet], i) => {
          receiver.receive(packet, now);
          if (twice.has(i)) receiver.receive(packet, now);
          receiver.tick(now);
        });
        receiver.tick(1e9);
        assert.deepEqual(heard, keys.map(({ digit }) => digit), style);
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("a press whose packets come late, or whose end is lost, is told once", () => {
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
  const [first, second] = [eventPackets("7", 0, 5), eventPackets("7", 4000, 5, 7)];
  receiver.receive(first[0]!, 0);
  receiver.tick(300);
  assert.deepEqual(heard, ["7"]);
  for (const packet of first.slice(1)) receiver.receive(packet, 320);
  assert.deepEqual(heard, ["7"]);
  for (const packet of second.slice(0, 3)) receiver.receive(packet, 600);
  receiver.tick(1000);
  assert.deepEqual(heard, ["7", "7"]);
});

Deno.test("digits are bounded in number and in rate", () => {
  const log = new DigitLog();
  let told = 0;
  for (let ms = 0; ms < 10_000; ms++) if (log.add("1", ms)) told++;
  assert.ok(told >= 200 && told <= 240, `${told}`);
  assert.equal(log.dropped, 10_000 - told);
  const slow = new DigitLog();
  for (let i = 0; i < 3000; i++) assert.ok(slow.add(DIGITS[i % 10]!, i * 62.5));
  assert.equal(slow.received.length, 1000);
  assert.ok(slow.received.endsWith("789"));
});

function tones(digits: string, ms: number, gapMs: number): Int16Array {
  const generator = new ToneGenerator();
  const frames: number[] = [];
  for (const digit of digits) {
    for (let i = 0; i < ms / 20; i++) {
      const frame = new Int16Array(FRAME_SAMPLES);
      generator.generate(digit, i * FRAME_SAMPLES, i === ms / 20 - 1, frame);
      frames.push(...frame);
    }
    frames.push(...new Int16Array((gapMs / 20) * FRAME_SAMPLES));
  }
  return Int16Array.from(frames);
}

function detect(samples: Int16Array): string {
  let heard = "";
  const detector = new ToneDetector(GRAPH_RATE, (digit) => heard += digit);
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    detector.add(samples.subarray(at, at + FRAME_SAMPLES));
  }
  return heard;
}

Deno.test("tones of every digit are found again, in noise too", () => {
  const sent = tones(DIGITS, 80, 60);
  assert.equal(detect(sent), DIGITS);
  const hiss = noise(sent.length, 800, 4);
  assert.equal(detect(sent.map((sample, i) => sample + hiss[i]!)), DIGITS);
});

Deno.test("a repeated digit is two, a drop-out within one is not", () => {
  assert.equal(detect(tones("55", 60, 60)), "55");
  const dented = tones("5", 200, 60);
  dented.fill(0, 4800, 4800 + 480);
  assert.equal(detect(dented), "5");
});

Deno.test("speech, noise and single tones are no digits", () => {
  assert.equal(detect(voiceSamples(20)), "");
  assert.equal(detect(noise(GRAPH_RATE * 3, 12_000, 9)), "");
  for (const hz of [440, 697, 1004, 1209]) {
    assert.equal(detect(sine(GRAPH_RATE, GRAPH_RATE, hz, 12_000)), "", `${hz} Hz`);
  }
});

/** Two tones of any frequency and level for 80 ms, then silence; `third` is a share of an overtone. */
function pair(low: number, high: number, highDb = 0, third = 0): Int16Array {
  const at = (i: number, hz: number) => Math.sin((2 * Math.PI * hz * i) / GRAPH_RATE);
  const gain = 10 ** (highDb / 20);
  return Int16Array.from(
    { length: GRAPH_RATE / 5 },
    (_, i) =>
      i > GRAPH_RATE * 0.08
        ? 0
        : 3_000 * (at(i, low) + gain * at(i, high) + third * at(i, 3 * low)),
  );
}

Deno.test("tones are taken 1.5 % off and with the twist of Q.24, and not beyond", () => {
  for (const off of [-0.015, 0.015]) {
    assert.equal(detect(pair(770 * (1 + off), 1336 * (1 + off))), "5");
  }
  for (const off of [-0.06, 0.06]) assert.equal(detect(pair(770, 1336 * (1 + off))), "", `${off}`);
  for (const db of [-7, 0, 4]) assert.equal(detect(pair(770, 1336, db)), "5", `${db} dB`);
  for (const db of [-11, 8]) assert.equal(detect(pair(770, 1336, db)), "", `${db} dB`);
});

Deno.test("tones with an overtone, or of a level that moves, are a voice", () => {
  assert.equal(detect(pair(770, 1336, 0, 0.2)), "5");
  assert.equal(detect(pair(770, 1336, 0, 0.5)), "");
  const swelling = pair(770, 1336).map((sample, i) => sample * Math.exp(i / 900 - 2));
  assert.equal(detect(swelling), "");
});

Deno.test("the keypad's frequencies are those of Q.23", () => {
  assert.deepEqual([..."159D0"].map(frequenciesOf), [
    [697, 1209],
    [770, 1336],
    [852, 1477],
    [941, 1633],
    [941, 1336],
  ]);
});
