/** The ICE stage of a call: what it delivers, restarts, and peers without ICE; gathering in time. */
import assert from "node:assert/strict";
import { LocalCandidates } from "../../../../src/media/transport/ice/candidate.ts";
import type { NegotiatedStream } from "../../../../src/core/media/mod.ts";
import {
  IceGatherer,
  type IceSettings,
  IceTransport,
} from "../../../../src/media/transport/ice/mod.ts";
import {
  addAddress,
  ATTRIBUTE,
  METHOD,
  parseStun,
  StunWriter,
} from "../../../../src/media/transport/stun/mod.ts";
import { FakeNetwork } from "../../../fakes/media/fake_network.ts";
import { seeded } from "../../../fakes/media/ice_sides.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const CODEC = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };
const NOTHING: IceSettings = { stun: [], turn: [], relayOnly: false };

function surroundings(seed = 1) {
  const clock = new VirtualClock(0);
  const network = new FakeNetwork(clock);
  const unit = seeded(seed);
  const random = () => Math.floor(unit() * 2 ** 32);
  return { clock, network, random };
}

type Around = ReturnType<typeof surroundings>;

function gathererAt(
  { clock, network, random }: Around,
  addresses: string[],
  settings: Partial<IceSettings> = {},
) {
  const ways = {
    clock,
    random,
    sockets: network.host(addresses[0]),
    addresses: () => addresses,
    resolve: (host: string) => Promise.resolve([host]),
    link: () => Promise.reject(new Error("no TURN here")),
  };
  return new IceGatherer(ways, { ...NOTHING, ...settings });
}

async function party(around: Around, address: string) {
  const gatherer = gathererAt(around, [address]);
  await gatherer.gather();
  const failed: string[] = [];
  const transport = new IceTransport(around, gatherer, {
    failed: (error) => failed.push(error.message),
    lost: () => {},
  });
  const heard: number[] = [];
  transport.receiver = {
    deliver: (kind, data) => heard.push(kind === "rtp" ? data[3] : -1) > 0,
  };
  return { transport, heard, failed };
}

type Party = Awaited<ReturnType<typeof party>>;

function streamOf(us: Party, them: Party, controlling: boolean, restarts = 0): NegotiatedStream {
  const all = ({ local }: IceTransport) => [local.credentials, ...local.spares];
  const { candidates, address } = them.transport.local;
  return {
    remoteAddress: address,
    remotePort: them.transport.rtpPort,
    remoteRtcpPort: them.transport.rtpPort + 1,
    rtcpMux: true,
    sendFormat: CODEC,
    receiveFormats: [CODEC],
    direction: "sendrecv",
    ptime: 20,
    ice: {
      local: all(us.transport)[restarts],
      remote: { ...all(them.transport)[restarts], candidates },
      controlling,
    },
  };
}

const rtp = (sequence: number) => Uint8Array.of(0x80, 0, 0, sequence, 0, 0, 0, 0, 1, 2, 3, 4, 5);

async function pair() {
  const around = surroundings();
  const [a, b] = [await party(around, "192.0.2.1"), await party(around, "192.0.2.2")];
  a.transport.use(streamOf(a, b, true), "");
  b.transport.use(streamOf(b, a, false), "");
  return { ...around, a, b };
}

Deno.test("ICE as a stage delivers from the pair that works, and from nobody else", async () => {
  const { a, b, clock, network } = await pair();
  assert.ok(!a.transport.permits(0));
  clock.advance(500);
  assert.ok(a.transport.permits(0));
  a.transport.send("rtp", rtp(1));
  clock.advance(10);
  assert.deepEqual(b.heard, [1]);
  const to = { address: "192.0.2.2", port: b.transport.rtpPort };
  network.inject({ data: rtp(66), from: { address: "192.0.2.66", port: 1 }, to });
  network.inject({ data: rtp(67), from: { address: "192.0.2.1", port: 1 }, to });
  clock.advance(10);
  assert.deepEqual(b.heard, [1]);
  assert.deepEqual(a.transport.report, {
    state: "connected",
    local: { type: "host", address: "192.0.2.1", port: a.transport.rtpPort },
    remote: { type: "host", address: "192.0.2.2", port: b.transport.rtpPort },
  });
});

Deno.test("RTCP has a pair of its own with a peer that does not take it on RTP's port", async () => {
  const { a, b, clock, network } = await pair();
  const apart = (us: Party, them: Party, controlling: boolean) => ({
    ...streamOf(us, them, controlling),
    rtcpMux: false,
  });
  a.transport.use(apart(a, b, true), "");
  b.transport.use(apart(b, a, false), "");
  clock.advance(1000);
  const report = Uint8Array.of(0x80, 201, 0, 1, 1, 2, 3, 4);
  a.transport.send("rtcp", report);
  a.transport.send("rtp", rtp(1));
  clock.advance(10);
  assert.deepEqual(b.heard.toSorted(), [-1, 1]);
  const sent = network.sent.find(({ data }) => data[1] === 201)!;
  assert.deepEqual([sent.from.port, sent.to.port], [a.transport.rtcpPort, b.transport.rtcpPort]);
});

Deno.test("an ICE restart loses no packet: the old pair is used until the new one works", async () => {
  const { a, b, clock } = await pair();
  clock.advance(500);
  let sequence = 0;
  const talk = (ms: number) => {
    for (let t = 0; t < ms; t += 20) {
      a.transport.send("rtp", rtp(sequence++ & 0xff));
      clock.advance(20);
    }
  };
  talk(200);
  b.transport.use(streamOf(b, a, false, 1), "");
  talk(100);
  a.transport.use(streamOf(a, b, true, 1), "");
  talk(1000);
  assert.equal(b.heard.length, sequence);
  assert.equal(a.transport.report?.state, "connected");
  assert.deepEqual(a.failed, []);
});

Deno.test("a peer that answers without ICE is spoken to from the default candidate", async () => {
  const { a, b, clock } = await pair();
  const around = surroundings();
  const plain = await party(around, "192.0.2.1");
  const { ice: _, ...stream } = streamOf(a, b, true);
  const peer = around.network.host("192.0.2.2").open((data) => got.push(data[3]), () => {});
  const got: number[] = [];
  // As a call does it: confirmed first.
  plain.transport.confirm();
  plain.transport.use({ ...stream, rtcpMux: false, remotePort: peer.rtpPort }, "192.0.2.2");
  plain.transport.send("rtp", rtp(7));
  peer.sendRtp(rtp(8), "192.0.2.1", plain.transport.rtpPort);
  around.clock.advance(2000);
  plain.transport.send("rtp", rtp(9));
  around.clock.advance(10);
  assert.deepEqual([got, plain.heard], [[7, 9], [8]], "also after the first second");
  assert.equal(plain.transport.report, undefined);
  clock.advance(1);
});

Deno.test("an ICE peer that is gone is told in one sentence", async () => {
  const { a, clock, network } = await pair();
  clock.advance(500);
  network.fate = () => [];
  clock.advance(40_000);
  assert.deepEqual(a.failed, ["the other side stopped answering ICE's checks"]);
  assert.ok(!a.transport.permits(clock.now()));
});

Deno.test("ICE that finds no way says how many pairs were tried, and a step to take", async () => {
  const around = surroundings();
  const gatherer = gathererAt(around, ["192.0.2.1"]);
  await gatherer.gather();
  const failed: string[] = [];
  const transport = new IceTransport(around, gatherer, {
    failed: ({ message, hint }) => failed.push(`${message}. ${hint}`),
    lost: () => {},
  });
  const them = await party(around, "192.0.2.2");
  around.network.fate = () => [];
  transport.use(streamOf({ transport, heard: [], failed }, them, true), "");
  around.clock.advance(25_000);
  assert.equal(failed.length, 1);
  assert.match(
    failed[0],
    /no way to the other side: no check was answered.*pairs tried: 1; ours: 1 host/,
  );
  assert.match(failed[0], /name a TURN server under \[ice\]/);
});

Deno.test("gathering uses loopback only where there is nothing else, and never link-local", async () => {
  const types = async (addresses: string[]) => {
    const gatherer = gathererAt(surroundings(), addresses);
    await gatherer.gather();
    const rtp = gatherer.candidates.list.filter(({ component }) => component === 1);
    return rtp.map(({ address }) => address);
  };
  assert.deepEqual(await types(["127.0.0.1", "::1"]), ["127.0.0.1", "::1"]);
  assert.deepEqual(await types(["127.0.0.1", "fe80::1", "169.254.3.4", "10.0.0.7"]), ["10.0.0.7"]);
  await assert.rejects(types(["fe80::1"]), /no network address/);
});

Deno.test("gathering asks no server that is not configured", async () => {
  const around = surroundings();
  await gathererAt(around, ["10.0.0.7"]).gather();
  assert.equal(around.network.sent.length, 0);
});

Deno.test("gathering waits two seconds for a dead STUN server, and keeps a live one's binding", async () => {
  const around = surroundings();
  const { clock, network } = around;
  const server = network.host("198.51.100.1").open((data, address, port) => {
    const { class: kind, method, transactionId } = parseStun(data)!;
    if (kind !== "request" || method !== METHOD.binding) return;
    const writer = new StunWriter(method, "success", transactionId);
    const seen = { address: "203.0.113.7", port: port + 1000 };
    addAddress(writer, ATTRIBUTE.xorMappedAddress, seen);
    server.sendRtp(writer.bytes.slice(), address, port);
  }, () => {});
  const stun = [
    { host: "198.51.100.1", port: server.rtpPort },
    { host: "198.51.100.2", port: 3478 },
  ];
  const gatherer = gathererAt(around, ["10.0.0.7"], { stun });
  const gathered = gatherer.gather();
  await clock.advanceAsync(1999);
  let done = false;
  void gathered.then(() => done = true);
  await clock.advanceAsync(0);
  assert.ok(!done);
  await clock.advanceAsync(1);
  await gathered;
  const found = gatherer.candidates.list.map(({ type, component, address }) =>
    `${type} ${component} ${address}`
  );
  assert.deepEqual(found, [
    "host 1 10.0.0.7",
    "host 2 10.0.0.7",
    "srflx 1 203.0.113.7",
    "srflx 2 203.0.113.7",
  ]);
  assert.match(
    gatherer.failures[0].message,
    /^the STUN server 198\.51\.100\.2:3478 did not answer/,
  );
  assert.deepEqual(gatherer.default.address, "203.0.113.7");
  const before = network.sent.length;
  await clock.advanceAsync(60_000);
  assert.equal(network.sent.length - before, 8, "the bindings are kept while the call rings");
  gatherer.close();
  await clock.advanceAsync(60_000);
  assert.equal(network.sent.length - before, 8);
});

Deno.test("a STUN server that sees us where no host is adds no candidate", () => {
  const candidates = new LocalCandidates();
  const base = { component: 1 as const, address: "10.0.0.7", port: 4000, send: () => {} };
  candidates.addBase(base);
  for (const address of ["224.0.0.1", "0.0.0.0", "255.255.255.255"]) {
    candidates.addReflexive(base, { address, port: 4000 });
  }
  candidates.addReflexive(base, { address: "203.0.113.7", port: 0 });
  assert.equal(candidates.list.length, 1);
  candidates.addReflexive(base, { address: "203.0.113.7", port: 4000 });
  assert.equal(candidates.list.length, 2);
});
