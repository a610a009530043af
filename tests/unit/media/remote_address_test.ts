/** Where RTP is sent: behind a NAT, and with strangers about. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { RtpPacket } from "../../../src/media/rtp/packet.ts";
import { RemoteAddress } from "../../../src/media/transport/remote_address.ts";

const SIGNALLED = { address: "10.0.0.1", port: 4000 };
const NATTED = { address: "192.0.2.7", port: 51_000 };

function packet(sequenceNumber: number, ssrc = 1): RtpPacket {
  const made = new RtpPacket();
  made.sequenceNumber = sequenceNumber;
  made.ssrc = ssrc;
  return made;
}

function fresh(): RemoteAddress {
  return new RemoteAddress(SIGNALLED.address, SIGNALLED.port);
}

function from(
  remote: RemoteAddress,
  source: { address: string; port: number },
  number: number,
  now: number,
  ssrc = 1,
): boolean {
  return remote.accept(source.address, source.port, packet(number, ssrc), now);
}

Deno.test("the signalled address is believed at once", () => {
  const remote = fresh();
  assert.equal(from(remote, SIGNALLED, 1, 0), true);
  assert.deepEqual([remote.address, remote.port], [SIGNALLED.address, SIGNALLED.port]);
});

Deno.test("behind a NAT: three packets in sequence from elsewhere move it", () => {
  const remote = fresh();
  assert.equal(from(remote, NATTED, 1, 0), false);
  assert.equal(from(remote, NATTED, 2, 20), false);
  assert.equal(remote.address, SIGNALLED.address);
  assert.equal(from(remote, NATTED, 3, 40), true);
  assert.deepEqual([remote.address, remote.port], [NATTED.address, NATTED.port]);
});

Deno.test("a stranger changes nothing while the peer talks", () => {
  const remote = fresh();
  for (let i = 0; i < 100; i++) {
    assert.equal(from(remote, SIGNALLED, i, i * 20), true);
    assert.equal(from(remote, NATTED, i, i * 20 + 1, 1), false);
    assert.equal(from(remote, { address: "203.0.113.9", port: 9 }, i, i * 20 + 2, 99), false);
  }
  assert.equal(remote.address, SIGNALLED.address);
});

Deno.test("datagrams out of sequence never move it, from however many sources", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(3), fc.nat(0xffff), fc.nat(0xffff_ffff)), { maxLength: 60 }),
    (datagrams) => {
      const remote = fresh();
      const last = new Map<number, [number, number, number]>();
      let moved = false;
      datagrams.forEach(([source, number, ssrc], i) => {
        const [before, beforeSsrc, run] = last.get(source) ?? [0, -1, 0];
        const step = (number - before) & 0xffff;
        const goesOn = ssrc === beforeSsrc && step > 0 && step <= 8;
        last.set(source, [number, ssrc, goesOn ? run + 1 : 1]);
        moved ||= last.get(source)![2] >= 3;
        from(remote, { address: `192.0.2.${source}`, port: 5000 }, number, i, ssrc);
      });
      if (!moved) assert.equal(remote.address, SIGNALLED.address);
    },
  ));
});

Deno.test("a new NAT binding is followed soon, another source later", () => {
  const remote = fresh();
  for (let i = 0; i < 10; i++) from(remote, SIGNALLED, i, i * 20, 7);
  // Last heard at 180. The same SSRC from another port:
  const rebound = { address: SIGNALLED.address, port: 4444 };
  for (let i = 10; i < 19; i++) assert.equal(from(remote, rebound, i, i * 20, 7), false, `${i}`);
  assert.equal(from(remote, rebound, 19, 380, 7), true);
  assert.equal(remote.port, 4444);
  // Another SSRC has to wait five seconds.
  let taken = 0;
  for (let i = 0; i < 300 && taken === 0; i++) {
    if (from(remote, NATTED, 500 + i, 400 + i * 20, 8)) taken = 400 + i * 20;
  }
  assert.equal(taken, 5380);
});

Deno.test("a re-negotiated address counts at once, and the former one cannot take it back", () => {
  const remote = fresh();
  for (let i = 0; i < 10; i++) from(remote, SIGNALLED, i, i * 20);
  remote.signalled("10.0.0.2", 6000, 200);
  assert.equal(remote.address, "10.0.0.2");
  assert.equal(from(remote, { address: "10.0.0.2", port: 6000 }, 10, 200), true);
  for (let i = 11; i < 60; i++) assert.equal(from(remote, SIGNALLED, i, i * 20), false);
  assert.equal(remote.address, "10.0.0.2");
});

Deno.test("a peer behind a NAT that only describes itself anew is heard without a gap", () => {
  const remote = fresh();
  for (let i = 0; i < 3; i++) from(remote, NATTED, i, i * 20);
  remote.signalled("10.0.0.2", 6000, 60);
  for (let i = 3; i < 103; i++) {
    assert.equal(from(remote, NATTED, i, i * 20), true, `${i}`);
    assert.equal(remote.address, "10.0.0.2", "it may be there soon");
  }
  // Two seconds were enough for whoever wanted to come.
  assert.equal(from(remote, NATTED, 103, 2_060), true);
  assert.equal(remote.address, NATTED.address);
});

Deno.test("the same description again does not undo what packets taught", () => {
  const remote = fresh();
  for (let i = 0; i < 3; i++) from(remote, NATTED, i, i * 20);
  remote.signalled(SIGNALLED.address, SIGNALLED.port, 100);
  assert.equal(remote.address, NATTED.address);
});

Deno.test("the signalled address wins its stream back with one packet", () => {
  const remote = fresh();
  for (let i = 0; i < 50; i++) from(remote, NATTED, i, i * 20, 9);
  assert.equal(remote.address, NATTED.address);
  assert.equal(from(remote, SIGNALLED, 700, 1000), true);
  assert.deepEqual([remote.address, remote.port], [SIGNALLED.address, SIGNALLED.port]);
  for (let i = 50; i < 100; i++) {
    from(remote, SIGNALLED, 650 + i, i * 20);
    assert.equal(from(remote, NATTED, i, i * 20, 9), false);
  }
});

Deno.test("whoever knows SSRC and sequence elsewhere is a stranger all the same", () => {
  const remote = fresh();
  for (let i = 0; i < 10; i++) from(remote, SIGNALLED, i, i * 20, 7);
  for (let i = 10; i < 255; i++) assert.equal(from(remote, NATTED, i, i * 20, 7), false, `${i}`);
  // At the same address another sequence is another program's.
  const beside = { address: SIGNALLED.address, port: 4444 };
  for (let i = 0; i < 200; i++) {
    assert.equal(from(remote, beside, 30_000 + i, 200 + i * 20, 7), false, `${i}`);
  }
  assert.deepEqual([remote.address, remote.port], [SIGNALLED.address, SIGNALLED.port]);
});

Deno.test("strangers never get in while the latched source speaks, whoever they are", () => {
  fc.assert(fc.property(
    fc.boolean(),
    fc.array(
      fc.record({
        host: fc.nat(2),
        port: fc.nat(2),
        ssrc: fc.nat(2),
        jump: fc.boolean(),
      }),
      { maxLength: 200, size: "max" },
    ),
    (natted, datagrams) => {
      const remote = fresh();
      const peer = natted ? NATTED : SIGNALLED;
      for (let i = 0; i < 5; i++) from(remote, peer, i, i * 20, 1);
      datagrams.forEach(({ host, port, ssrc, jump }, i) => {
        const now = 100 + i * 20;
        assert.equal(from(remote, peer, 5 + i, now, 1), true);
        const stranger = { address: `203.0.113.${host}`, port: 6000 + port };
        assert.equal(from(remote, stranger, jump ? i * 900 : 6 + i, now + 1, ssrc), false);
        assert.equal(remote.address, peer.address);
      });
    },
  ));
});
