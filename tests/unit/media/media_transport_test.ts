/** The way of a call's datagrams: what a stage sees, what it lets through, and that stages stack. */
import assert from "node:assert/strict";
import { RTP_HEADER_LENGTH, writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import {
  kindOf,
  type MediaKind,
  type MediaTransport,
  type Receiver,
} from "../../../src/media/transport/media_transport.ts";
import { PlainTransport } from "../../../src/media/transport/plain_transport.ts";
import { FakeNetwork } from "../../fakes/media/fake_network.ts";
import { streamTo } from "../../fakes/media_party.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

function rtp(sequenceNumber = 1, payloadType = 0, content = 3): Uint8Array {
  const packet = new Uint8Array(RTP_HEADER_LENGTH + content).fill(0x55);
  writeRtpHeader(packet, false, payloadType, sequenceNumber, 160, 9);
  return packet;
}

const RTCP = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 9);

class Host {
  readonly clock: VirtualClock;
  readonly got: [kind: string, length: number][] = [];
  /** What it says of what is delivered. */
  takes = true;
  readonly transport: MediaTransport;

  constructor(
    net: FakeNetwork,
    clock: VirtualClock,
    address: string,
    wrap: (below: MediaTransport) => MediaTransport = (below) => below,
  ) {
    this.clock = clock;
    this.transport = wrap(new PlainTransport({ clock, sockets: net.host(address) }));
    this.transport.receiver = {
      deliver: (kind, data) => {
        this.got.push([kind, data.length]);
        return this.takes;
      },
    };
  }

  use(peer: Host, address: string, muxed = false): this {
    const stream = { ...streamTo(peer.transport.rtpPort, "PCMU"), rtcpMux: muxed };
    this.transport.use(stream, address);
    this.transport.confirm();
    return this;
  }

  send(kind: MediaKind, data: Uint8Array): void {
    this.transport.send(kind, data);
    this.clock.advance(2);
  }
}

function pair(muxed = false) {
  const clock = new VirtualClock(0);
  const net = new FakeNetwork(clock);
  const [a, b] = [new Host(net, clock, A), new Host(net, clock, B)];
  a.use(b, B, muxed);
  b.use(a, A, muxed);
  return { a, b, net };
}

Deno.test("the first octet says what a datagram is (RFC 7983)", () => {
  const kinds = new Map<string, number[]>();
  for (let first = 0; first < 256; first++) {
    const kind = kindOf(Uint8Array.of(first, 0)) ?? "nothing";
    kinds.set(kind, [...kinds.get(kind) ?? [], first]);
  }
  const ranges = [...kinds].map(([kind, octets]) => [kind, octets[0], octets.at(-1)]);
  assert.deepEqual(ranges.filter(([kind]) => kind !== "nothing"), [
    ["stun", 0, 3],
    ["dtls", 20, 63],
    ["rtp", 128, 191],
  ]);
  assert.equal(kindOf(RTCP), "rtcp");
  assert.equal(kindOf(new Uint8Array()), undefined);
});

Deno.test("RTP and RTCP go by two ports, or by one, and arrive as what they are", () => {
  for (const muxed of [false, true]) {
    const { a, b, net } = pair(muxed);
    a.send("rtp", rtp());
    a.send("rtcp", RTCP);
    assert.deepEqual(b.got, [["rtp", 15], ["rtcp", 8]]);
    assert.equal(new Set(net.sent.map(({ to }) => to.port)).size, muxed ? 1 : 2);
  }
});

Deno.test("STUN, DTLS, keepalives and noise are not delivered as media", () => {
  const { a, b, net } = pair();
  const from = { address: A, port: a.transport.rtpPort };
  for (const first of [0, 1, 22, 63, 64, 127, 192, 255]) {
    const data = new Uint8Array(40).fill(first);
    net.inject({ data, from, to: { address: B, port: b.transport.rtpPort } });
  }
  a.send("keepalive", new Uint8Array());
  assert.deepEqual(b.got, []);
});

Deno.test("a payload type that was not agreed moves nobody's address", () => {
  const { a, b, net } = pair();
  const elsewhere = { address: "10.0.0.9", port: 1000 };
  const to = { address: B, port: b.transport.rtpPort };
  for (let n = 1; n < 9; n++) net.inject({ data: rtp(n, 77), from: elsewhere, to });
  b.clock.advance(2);
  assert.deepEqual(b.got, []);
  a.send("rtp", rtp(1, 77));
  assert.deepEqual(b.got, [["rtp", 15]]);
  b.send("rtp", rtp());
  assert.equal(net.sent.at(-1)!.to.address, A);
});

Deno.test("a port of the peer is believed for RTCP only when what came from it was RTCP", () => {
  const { a, b, net } = pair();
  const to = { address: B, port: b.transport.rtcpPort };
  b.takes = false;
  net.inject({ data: rtp(), from: { address: A, port: 5 }, to });
  b.clock.advance(2);
  b.send("rtcp", RTCP);
  assert.equal(net.sent.at(-1)!.to.port, a.transport.rtcpPort);
  b.takes = true;
  net.inject({ data: RTCP, from: { address: A, port: 7 }, to });
  b.clock.advance(2);
  b.send("rtcp", RTCP);
  assert.equal(net.sent.at(-1)!.to.port, 7);
});

Deno.test("nothing is sent to a group, to a whole network or to nowhere", () => {
  for (const address of ["224.0.0.1", "255.255.255.255", "0.0.0.0", "::", "ff02::1"]) {
    const clock = new VirtualClock(0);
    const net = new FakeNetwork(clock);
    const [a, b] = [new Host(net, clock, A), new Host(net, clock, address)];
    a.use(b, address);
    b.use(a, A);
    a.send("rtp", rtp());
    a.send("rtcp", RTCP);
    assert.deepEqual(b.got, [], address);
    // Where the peer turns out to be, it is sent to.
    const c = new Host(net, clock, B).use(a, A);
    for (let i = 1; i < 5; i++) c.send("rtp", rtp(i));
    a.send("rtp", rtp());
    assert.deepEqual(c.got.map(([kind]) => kind), ["rtp"], address);
  }
});

Deno.test("closed, nothing comes and nothing throws", () => {
  const { a, b } = pair();
  b.transport.close();
  b.transport.close();
  a.send("rtp", rtp());
  assert.deepEqual(b.got, []);
});

/** A stage that changes the content of what passes it, as one with keys does. */
class Scrambler implements MediaTransport {
  receiver: Receiver | undefined;
  readonly #below: MediaTransport;

  constructor(below: MediaTransport) {
    this.#below = below;
    below.receiver = {
      screen: (_, data) => data.at(-1) === 7 ? scrambled(data, -1) : undefined,
      deliver: (kind, data) => this.receiver?.deliver(kind, data) ?? false,
    };
  }

  get rtpPort() {
    return this.#below.rtpPort;
  }
  get rtcpPort() {
    return this.#below.rtcpPort;
  }
  get muxed() {
    return this.#below.muxed;
  }
  use(...args: Parameters<MediaTransport["use"]>): void {
    this.#below.use(...args);
  }
  confirm(): void {
    this.#below.confirm();
  }
  permits(now: number): boolean {
    return this.#below.permits(now);
  }
  send(kind: MediaKind, data: Uint8Array): void {
    this.#below.send(kind, kind === "keepalive" ? data : scrambled(data, 1));
  }
  facts(now: number) {
    return this.#below.facts(now);
  }
  close(): void {
    this.#below.close();
  }
}

/** With a tag behind (1), or without it again (−1). */
function scrambled(data: Uint8Array, tag: 1 | -1): Uint8Array {
  const out = new Uint8Array(data.length + tag);
  out.set(data.subarray(0, Math.min(data.length, out.length)));
  for (let i = RTP_HEADER_LENGTH; i < out.length; i++) out[i]! ^= 0xff;
  if (tag === 1) out[data.length] = 7;
  return out;
}

Deno.test("a stage wraps the sockets, and what stands above does not notice", () => {
  const clock = new VirtualClock(0);
  const net = new FakeNetwork(clock);
  const wrap = (below: MediaTransport) => new Scrambler(below);
  const [a, b] = [new Host(net, clock, A, wrap), new Host(net, clock, B, wrap)];
  a.use(b, B);
  b.use(a, A);
  a.send("rtp", rtp());
  a.send("rtcp", RTCP);
  assert.deepEqual(b.got, [["rtp", 15], ["rtcp", 8]]);
  assert.equal(net.sent[0]!.data.length, 16);
  assert.notEqual(net.sent[0]!.data[RTP_HEADER_LENGTH], 0x55);
  // What the stage refuses is not heard above it.
  const from = { address: A, port: a.transport.rtpPort };
  net.inject({ data: rtp(2), from, to: { address: B, port: b.transport.rtpPort } });
  clock.advance(2);
  assert.equal(b.got.length, 2);
});
