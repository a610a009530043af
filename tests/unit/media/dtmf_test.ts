/** DTMF as events (RFC 4733) and as tones, sent and heard. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { voiceSamples } from "../../../src/audio/voice.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { DIGITS, digitSteps, frequenciesOf } from "../../../src/media/dtmf/digits.ts";
import { DigitSender } from "../../../src/media/dtmf/digit_sender.ts";
import { TelephoneEventReceiver, writeEvent } from "../../../src/media/dtmf/telephone_event.ts";
import { ToneDetector } from "../../../src/media/dtmf/tone_detector.ts";
import { ToneGenerator } from "../../../src/media/dtmf/tone_generator.ts";
import { parseRtp, RtpPacket } from "../../../src/media/rtp/packet.ts";
import { RtpSender } from "../../../src/media/rtp/sender.ts";
import { noise, sine } from "../../fakes/media/signals.ts";

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
  sender.add(digits, durationMs);
  const outcomes: string[] = [];
  for (let i = 0; i < frames; i++) outcomes.push(sender.frame(i * 160, 160, 101));
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
function eventPackets(digit: string, timestamp: number, frames: number) {
  return Array.from({ length: frames + 2 }, (_, i) => {
    const payload = new Uint8Array(4);
    writeEvent(payload, 0, digit, i >= frames - 1, Math.min(i + 1, frames) * 160);
    return { payload, timestamp };
  });
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
        const packets = eventPackets(DIGITS[event]!, 0xffff_f000 + k * 2400 >>> 0, 5);
        const kept = packets.filter(() => !fates.next().value!.lost);
        const arriving = kept.length > 0 ? kept : [packets[3]!];
        for (const { payload, timestamp } of arriving) {
          const copies = fates.next().value!.twice ? 2 : 1;
          for (let copy = 0; copy < copies; copy++) receiver.receive(payload, timestamp, now);
          receiver.tick(now += 20);
        }
        for (let i = 0; i < 8; i++) receiver.tick(now += 20);
        return DIGITS[event]!;
      });
      assert.deepEqual(heard, expected);
      assert.equal(receiver.received, expected.join(""));
    },
  ));
});

Deno.test("a late packet of a digit that is over does not start it again", () => {
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
  const [first, second] = [eventPackets("1", 0, 3), eventPackets("2", 4000, 3)];
  for (const { payload, timestamp } of [...first, ...second, first[1]!, first[4]!]) {
    receiver.receive(payload, timestamp, 0);
  }
  assert.deepEqual(heard, ["1", "2"]);
});

Deno.test("a very long event in segments is one digit (RFC 4733 §2.5.1.3)", () => {
  const heard: [string, number][] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit, ms) => heard.push([digit, ms]));
  const payload = new Uint8Array(4);
  for (let ticks = 160; ticks <= 65_440; ticks += 160) {
    writeEvent(payload, 0, "9", false, ticks);
    receiver.receive(payload, 0, ticks / 8);
  }
  for (let ticks = 160; ticks <= 1600; ticks += 160) {
    writeEvent(payload, 0, "9", ticks === 1600, ticks);
    receiver.receive(payload, 65_440, (65_440 + ticks) / 8);
  }
  assert.deepEqual(heard, [["9", 8380]]);
});

Deno.test("payloads that are no digit are passed over", () => {
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(8000, (digit) => heard.push(digit));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), fc.nat(), (payload, timestamp) => {
    if (payload.length > 0) payload[0] = 16 + payload[0]! % 200;
    receiver.receive(payload, timestamp, 0);
    receiver.tick(1000);
  }));
  assert.deepEqual(heard, []);
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
  const detector = new ToneDetector(GRAPH_RATE, () => {});
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
    detector.add(samples.subarray(at, at + FRAME_SAMPLES));
  }
  return detector.received;
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

Deno.test("the keypad's frequencies are those of Q.23", () => {
  assert.deepEqual([..."159D0"].map(frequenciesOf), [
    [697, 1209],
    [770, 1336],
    [852, 1477],
    [941, 1633],
    [941, 1336],
  ]);
});
