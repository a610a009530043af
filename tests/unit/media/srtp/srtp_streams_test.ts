/** Senders and receivers of SRTP: order, replays, roll-over, sources, new keys, and forgeries. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SRTP_SUITES, type SrtpSuite } from "../../../../src/core/media/media_description.ts";
import { loadCiphers } from "../../../../src/media/transport/srtp/ciphers.ts";
import type { MasterKey } from "../../../../src/media/transport/srtp/packet_cipher.ts";
import { guessRollOver, ReplayWindow } from "../../../../src/media/transport/srtp/replay_window.ts";
import { SrtpReceiver } from "../../../../src/media/transport/srtp/srtp_receiver.ts";
import { SrtpSender } from "../../../../src/media/transport/srtp/srtp_sender.ts";
import { hex, keyFor, octets, rtpPacket } from "./octets.ts";

const create = await loadCiphers(SRTP_SUITES);
const SUITE: SrtpSuite = "AES_CM_128_HMAC_SHA1_80";

function senderWith(suite: SrtpSuite = SUITE, key: MasterKey = keyFor(suite)): SrtpSender {
  return new SrtpSender(create(suite, key));
}

function receiverWith(suite: SrtpSuite = SUITE, ...keys: MasterKey[]): SrtpReceiver {
  const receiver = new SrtpReceiver();
  receiver.rekey((keys.length > 0 ? keys : [keyFor(suite)]).map((key) => create(suite, key)));
  return receiver;
}

function sealed(sender: SrtpSender, sequence: number, ssrc?: number): Uint8Array {
  const { data, length } = rtpPacket(sequence & 0xffff, ssrc);
  const end = sender.rtp(data, length);
  return data.slice(0, end);
}

/** @returns whether it was opened, and was what had been sent */
function opens(receiver: SrtpReceiver, packet: Uint8Array, now = 0): boolean {
  const data = new Uint8Array(2048);
  data.set(packet);
  const length = receiver.rtp(data, packet.length, now);
  if (length < 0) {
    assert.equal(
      hex(data.subarray(0, packet.length)),
      hex(packet),
      "a refused packet is untouched",
    );
    return false;
  }
  receiver.commit();
  const sequence = data[3]!;
  assert.ok(data.subarray(12, length).every((octet) => octet === sequence));
  return true;
}

Deno.test("every suite carries RTP and RTCP; the 80-bit tag of RTCP stands for the 32-bit suites", () => {
  for (const suite of SRTP_SUITES) {
    const [sender, receiver] = [senderWith(suite), receiverWith(suite)];
    const packet = sealed(sender, 1);
    const tag = suite.includes("GCM") ? 16 : suite.endsWith("80") ? 10 : 4;
    assert.equal(packet.length, 172 + tag);
    assert.ok(opens(receiver, packet));
    const report = octets("80c9000112345678" + "aabbccdd");
    const data = new Uint8Array(64);
    data.set(report);
    const length = sender.rtcp(data, report.length);
    assert.equal(length, report.length + 4 + (suite.includes("GCM") ? 16 : 10));
    const copy = data.slice();
    const plain = receiver.rtcp(data, length, 0);
    assert.equal(hex(data.subarray(0, plain)), hex(report));
    receiver.commit();
    assert.equal(receiver.rtcp(copy, length, 0), -1, "a replay");
    assert.deepEqual([receiver.replayed, receiver.forged], [1, 0]);
  }
});

Deno.test("each packet is taken once, in any order within the window", () => {
  const [sender, receiver] = [senderWith(), receiverWith()];
  const packets = Array.from({ length: 200 }, (_, i) => sealed(sender, 1000 + i));
  assert.ok(opens(receiver, packets[199]!));
  assert.ok(opens(receiver, packets[199 - 127]!), "the last one in the window");
  assert.ok(!opens(receiver, packets[199 - 128]!), "behind the window");
  for (const packet of [packets[199]!, packets[72]!]) assert.ok(!opens(receiver, packet));
  assert.deepEqual([receiver.replayed, receiver.forged], [3, 0]);
});

Deno.test("a packet that is opened and not committed may come again", () => {
  const [sender, receiver] = [senderWith(), receiverWith()];
  const packet = sealed(sender, 7);
  const copy = new Uint8Array(2048);
  copy.set(packet);
  assert.ok(receiver.rtp(copy, packet.length, 0) > 0);
  assert.ok(opens(receiver, packet));
  assert.ok(!opens(receiver, packet));
});

Deno.test("a replay window agrees with a set of all that came", () => {
  fc.assert(fc.property(fc.nat(2), fc.array(fc.nat(400), { maxLength: 300 }), (cycle, steps) => {
    const indices = steps.map((step) => cycle * 65_536 + 65_400 + step);
    const window = new ReplayWindow();
    const taken = new Set<number>();
    for (const index of indices) {
      const top = Math.max(-1, ...taken);
      const fresh = !taken.has(index) && index > top - 128;
      const at = [Math.floor(index / 65_536), index % 65_536] as const;
      assert.equal(window.permits(...at), fresh);
      if (fresh) window.take(...at);
      if (fresh) taken.add(index);
    }
  }));
});

Deno.test("the roll-over counter is guessed right for whatever is within half a cycle", () => {
  const tops = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(fc.property(tops, fc.integer({ min: -32_767, max: 32_767 }), (top, step) => {
    const index = Math.max(0, top + step);
    const known = { rollOver: Math.floor(top / 65_536), sequence: top % 65_536 };
    assert.equal(guessRollOver(known, index % 65_536), Math.floor(index / 65_536));
  }));
});

Deno.test("the sequence rolls over, several times, with packets lost and late around it", () => {
  for (const suite of SRTP_SUITES) {
    const [sender, receiver] = [senderWith(suite), receiverWith(suite)];
    let late: Uint8Array | undefined;
    for (let sequence = 30_000; sequence < 4 * 65_536; sequence += 101) {
      const packet = sealed(sender, sequence);
      if (late === undefined) late = packet;
      else {
        assert.ok(opens(receiver, packet), `${suite} ${sequence}`);
        assert.ok(opens(receiver, late), `${suite} ${sequence}, late`);
        late = undefined;
        sequence += 311;
      }
    }
    assert.deepEqual([receiver.forged, receiver.replayed], [0, 0]);
  }
});

Deno.test("a receiver whose first packets were lost finds a roll-over that it did not see", () => {
  const [sender, receiver] = [senderWith(), receiverWith()];
  sealed(sender, 65_530);
  const packet = sealed(sender, 65_540);
  assert.ok(opens(receiver, packet));
  assert.ok(opens(receiver, sealed(sender, 65_541)));
});

Deno.test("the sender never gives one index of a source to two packets", () => {
  const sender = senderWith();
  assert.equal(sealed(sender, 5).length, 182);
  assert.equal(sealed(sender, 5).length, 0);
  assert.equal(sealed(sender, 4).length, 0);
  assert.equal(sealed(sender, 5, 99).length, 182);
});

Deno.test("sources have windows of their own, and strangers' names take no room", () => {
  const [sender, receiver] = [senderWith(), receiverWith()];
  assert.ok(opens(receiver, sealed(sender, 5, 1)));
  assert.ok(opens(receiver, sealed(sender, 5, 2)));
  const forger = senderWith(SUITE, keyFor(SUITE, 9));
  const forgers = Array.from({ length: 10 }, (_, i) => senderWith(SUITE, keyFor(SUITE, 20 + i)));
  for (const one of forgers) {
    for (let ssrc = 10; ssrc < 26; ssrc++) assert.ok(!opens(receiver, sealed(one, 5, ssrc)));
  }
  assert.ok(!opens(receiver, sealed(forger, 6, 1)));
  assert.ok(!opens(receiver, sealed(senderWith(), 5, 1)), "still known as taken");
  assert.ok(opens(receiver, sealed(sender, 6, 1)));
});

Deno.test("another octet anywhere, or one less, and nothing of a packet is believed", () => {
  for (const suite of SRTP_SUITES) {
    const receiver = receiverWith(suite);
    const packet = sealed(senderWith(suite), 9);
    for (let at = 0; at < packet.length; at++) {
      const changed = packet.slice();
      changed[at]! ^= 1 << (at % 8);
      assert.ok(!opens(receiver, changed), `${suite}, octet ${at}`);
    }
    for (let length = 0; length < packet.length; length++) {
      assert.ok(!opens(receiver, packet.subarray(0, length)));
    }
    assert.ok(opens(receiver, packet));
  }
});

Deno.test("no datagram makes it throw, or is taken", () => {
  for (const suite of SRTP_SUITES) {
    const receiver = receiverWith(suite, {
      ...keyFor(suite),
      mki: { value: 1, length: 128 },
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, headed) => {
        const data = new Uint8Array(2048);
        data.set(noise);
        if (headed) data[0] = 0x80 | (data[0]! & 0x3f);
        assert.equal(receiver.rtp(data, noise.length, 0), -1);
        assert.equal(receiver.rtcp(data, noise.length, 0), -1);
      }),
      { numRuns: 300 },
    );
  }
});

Deno.test("an MKI tells which of several keys a packet is under", () => {
  for (const suite of SRTP_SUITES) {
    const first = { ...keyFor(suite, 1), mki: { value: 1, length: 2 } };
    const second = { ...keyFor(suite, 2), mki: { value: 258, length: 2 } };
    const receiver = receiverWith(suite, first, second);
    const packet = sealed(senderWith(suite, second), 3);
    const tag = suite.includes("GCM") ? 0 : suite.endsWith("80") ? 10 : 4;
    const at = packet.length - tag - 2;
    assert.equal(hex(packet.subarray(at, at + 2)), "0102");
    assert.ok(opens(receiver, packet));
    assert.ok(opens(receiver, sealed(senderWith(suite, first), 4)));
    assert.ok(!opens(receiver, sealed(senderWith(suite, keyFor(suite, 1)), 5)));
  }
});

Deno.test("new keys leave no gap: both are taken for five seconds, then the new one alone", () => {
  const [before, after] = [keyFor(SUITE, 1), keyFor(SUITE, 2)];
  const receiver = receiverWith(SUITE, before);
  const [old, fresh] = [senderWith(SUITE, before), senderWith(SUITE, after)];
  assert.ok(opens(receiver, sealed(old, 1), 0));
  receiver.rekey([create(SUITE, after)]);
  // The peer goes on with its old key until our answer has reached it, however long that takes.
  assert.ok(opens(receiver, sealed(old, 2), 60_000));
  assert.ok(opens(receiver, sealed(fresh, 3), 60_020));
  assert.ok(opens(receiver, sealed(old, 4), 60_040));
  assert.ok(opens(receiver, sealed(old, 5), 65_000));
  assert.ok(!opens(receiver, sealed(old, 6), 65_020));
  assert.ok(opens(receiver, sealed(fresh, 7), 65_040));
});

Deno.test("under a new key the roll-over goes on, or begins again: both are understood", () => {
  const [before, after] = [keyFor(SUITE, 1), keyFor(SUITE, 2)];
  for (const restarts of [false, true]) {
    const receiver = receiverWith(SUITE, before);
    const sender = senderWith(SUITE, before);
    sealed(sender, 65_000);
    assert.ok(opens(receiver, sealed(sender, 65_001)));
    assert.ok(opens(receiver, sealed(sender, 65_536 + 10)));
    receiver.rekey([create(SUITE, after)]);
    const next = restarts ? senderWith(SUITE, after) : sender;
    next.rekey(create(SUITE, after));
    for (let i = 11; i < 20; i++) assert.ok(opens(receiver, sealed(next, 65_536 + i)), `${i}`);
  }
});
