/** RTP packets (RFC 3550), written and read. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  looksLikeRtcp,
  parseRtp,
  RTP_HEADER_LENGTH,
  RtpPacket,
  writeRtpHeader,
} from "../../../src/media/rtp/packet.ts";
import {
  sequenceDistance,
  timestampDistance,
  TimestampUnwrapper,
} from "../../../src/media/rtp/sequence.ts";
import { RtpSender } from "../../../src/media/rtp/sender.ts";

const uint32 = fc.nat(0xffff_ffff);

Deno.test("what is written is parsed back", () => {
  fc.assert(fc.property(
    fc.boolean(),
    fc.nat(127),
    fc.nat(0xffff),
    uint32,
    uint32,
    fc.uint8Array({ maxLength: 50 }),
    (marker, payloadType, sequenceNumber, timestamp, ssrc, payload) => {
      const data = new Uint8Array(RTP_HEADER_LENGTH + payload.length);
      writeRtpHeader(data, marker, payloadType, sequenceNumber, timestamp, ssrc);
      data.set(payload, RTP_HEADER_LENGTH);
      const packet = new RtpPacket();
      assert.ok(parseRtp(data, packet));
      assert.deepEqual(
        { ...packet, payload: [...packet.payload] },
        { marker, payloadType, sequenceNumber, timestamp, ssrc, payload: [...payload] },
      );
    },
  ));
});

Deno.test("contributing sources, extension and padding are taken off", () => {
  const header = [0x80 | 0x20 | 0x10 | 2, 0x80 | 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const csrcs = [1, 1, 1, 1, 2, 2, 2, 2];
  const extension = [0xbe, 0xde, 0, 1, 9, 9, 9, 9];
  const data = Uint8Array.from([...header, ...csrcs, ...extension, 5, 6, 7, 0, 0, 3]);
  const packet = new RtpPacket();
  assert.ok(parseRtp(data, packet));
  assert.deepEqual([...packet.payload], [5, 6, 7]);
  assert.deepEqual([packet.payloadType, packet.marker], [8, true]);
});

Deno.test("what is not RTP is refused", () => {
  const good = Uint8Array.from([0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2]);
  const packet = new RtpPacket();
  assert.ok(parseRtp(good, packet));
  const bad: [string, Uint8Array][] = [
    ["version 1", Uint8Array.from([0x40, ...good.subarray(1)])],
    ["version 0", Uint8Array.from([0x00, ...good.subarray(1)])],
    ["cut short", good.subarray(0, 11)],
    ["CSRCs that are not there", Uint8Array.from([0x8f, ...good.subarray(1)])],
    ["extension that is not there", Uint8Array.from([0x90, ...good.subarray(1)])],
    ["padding of 0", Uint8Array.from([0xa0, ...good.subarray(1, 13), 0])],
    ["padding beyond the packet", Uint8Array.from([0xa0, ...good.subarray(1, 13), 99])],
    ["nothing", new Uint8Array()],
  ];
  for (const [what, data] of bad) assert.equal(parseRtp(data, packet), false, what);
});

Deno.test("no datagram makes the parser throw or read beyond it", () => {
  const packet = new RtpPacket();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (data) => {
    if (parseRtp(data, packet)) assert.ok(packet.payload.length <= data.length - 12);
  }));
  fc.assert(
    fc.property(fc.nat(0x3f), fc.uint8Array({ minLength: 11, maxLength: 60 }), (low, rest) => {
      const data = Uint8Array.from([0x80 | low, ...rest]);
      if (parseRtp(data, packet)) {
        assert.ok(packet.payload.byteOffset + packet.payload.length <= data.length);
      }
    }),
  );
});

Deno.test("RTCP is told from RTP on one port", () => {
  assert.equal(looksLikeRtcp(Uint8Array.of(0x80, 200)), true);
  assert.equal(looksLikeRtcp(Uint8Array.of(0x80, 0x80 | 0)), false);
  assert.equal(looksLikeRtcp(Uint8Array.of(0x80, 0x80 | 101)), false);
  assert.equal(looksLikeRtcp(Uint8Array.of(0x80)), false);
});

Deno.test("distances wrap", () => {
  assert.equal(sequenceDistance(1, 0xffff), 2);
  assert.equal(sequenceDistance(0xffff, 1), -2);
  assert.equal(timestampDistance(5, 0xffff_fff0), 21);
  assert.equal(timestampDistance(0xffff_fff0, 5), -21);
});

Deno.test("unwrapped timestamps follow any walk of small steps", () => {
  fc.assert(fc.property(
    uint32,
    fc.array(fc.integer({ min: -100_000, max: 1_000_000 }), { maxLength: 100 }),
    (first, steps) => {
      const unwrapper = new TimestampUnwrapper();
      let exact = first;
      assert.equal(unwrapper.unwrap(first), first);
      for (const step of steps) {
        exact += step;
        const wrapped = ((exact % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;
        assert.equal(unwrapper.unwrap(wrapped), exact);
      }
    },
  ));
});

Deno.test("a sender numbers its packets and wraps, with buffers that do not collide", () => {
  const sent: Uint8Array[] = [];
  const values = [0xcafe_babe, 0xfffe, 0xffff_ff00];
  const sender = new RtpSender(() => values.shift() ?? 0, (datagram) => sent.push(datagram));
  // It begins in the first half of the numbers.
  const start = 0x8000;
  for (let i = 0; i < start; i++) sender.send(false, 8, 0, 0);
  sent.length = 0;
  for (let i = 0; i < 4; i++) {
    sender.packet()[RTP_HEADER_LENGTH] = i;
    sender.send(i === 0, 8, i * 160, 1);
  }
  const packets = sent.map((datagram) => {
    const packet = new RtpPacket();
    assert.ok(parseRtp(datagram, packet));
    return packet;
  });
  assert.deepEqual(packets.map((packet) => packet.sequenceNumber), [0xfffe, 0xffff, 0, 1]);
  assert.deepEqual(
    packets.map((packet) => packet.timestamp),
    [0xffff_ff00, 0xffff_ffa0, 0x40, 0xe0],
  );
  assert.deepEqual(packets.map((packet) => packet.payload[0]), [0, 1, 2, 3]);
  assert.deepEqual(packets.map((packet) => packet.marker), [true, false, false, false]);
  assert.deepEqual([sender.packets, sender.octets], [start + 4, 4]);
  values.push(7);
  sender.changeSsrc();
  assert.deepEqual([sender.ssrc, sender.packets, sender.totalPackets], [7, 0, start + 4]);
});
