/** ICE in another network: sound goes on by the old way while there is one, and by the new one then. */
import assert from "node:assert/strict";
import type { IceSettings } from "../../../../src/media/transport/ice/mod.ts";
import { CallTransport } from "../../../../src/media/call/call_transport.ts";
import { FakeNetwork } from "../../../fakes/media/fake_network.ts";
import { IceParty, type Place, streamTo } from "../../../fakes/media/ice_party.ts";
import { seeded } from "../../../fakes/media/ice_sides.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const OLD = "192.0.2.1";
const NEW = "198.51.100.1";

async function talking() {
  const clock = new VirtualClock(0);
  const network = new FakeNetwork(clock);
  const unit = seeded(7);
  const around = { clock, random: () => Math.floor(unit() * 2 ** 32) };
  const [a, b] = [new IceParty(network, around), new IceParty(network, around)];
  await Promise.all([a.open(OLD), b.open("192.0.2.2")]);
  a.use(b, true);
  b.use(a, false);
  clock.advance(500);
  let sequence = 0;
  /** Both send each 20 ms. */
  const talk = (ms: number) => {
    for (let t = 0; t < ms; t += 20) {
      const rtp = Uint8Array.of(0x80, 0, 0, sequence++ & 0xff, 0, 0, 0, 0, 1, 2, 3, 4, 5);
      for (const { transport } of [a, b]) transport.send("rtp", rtp);
      clock.advance(20);
    }
  };
  const reports = () => [a, b].map(({ transport }) => transport.report);
  /** Nothing reaches an address any more, and nothing leaves it. */
  const pull = (address: string) => {
    network.fate = ({ from, to }) => from.address === address || to.address === address ? [] : [1];
  };
  return { a, b, clock, network, talk, reports, pull };
}

Deno.test("ICE that is restarted in another network loses nothing while the old way works", async () => {
  const { a, b, talk, reports } = await talking();
  talk(200);
  await a.regather(NEW);
  talk(100);
  // The peer has our offer, and its answer is on its way.
  b.place.credentials = b.transport.local.spares[0]!;
  b.use(a, false);
  talk(100);
  assert.deepEqual(reports().map((report) => report?.state), ["connected", "connected"]);
  a.use(b, true);
  talk(1000);
  assert.equal(a.heard.length, 70);
  assert.equal(b.heard.length, 70);
  const [ours, theirs] = reports();
  assert.equal(ours?.local?.address, NEW);
  assert.equal(theirs?.remote?.address, NEW);
  assert.deepEqual([...a.failed, ...b.failed], []);
  assert.deepEqual([a.ready, b.ready], [2, 2]);
});

for (const controls of [true, false]) {
  const who = controls ? "controls" : "is controlled";
  Deno.test(`sound comes back by the new address when the old is gone, for who ${who}`, async () => {
    const { a, b, clock, network, talk, pull } = await talking();
    const [mover, other] = controls ? [a, b] : [b, a];
    pull(controls ? OLD : "192.0.2.2");
    talk(1000);
    await mover.regather(NEW);
    const before = [mover.heard.length, other.heard.length];
    other.place.credentials = other.transport.local.spares[0]!;
    other.use(mover, false);
    const sent = network.sent.length;
    mover.use(other, true);
    talk(200);
    assert.ok(mover.heard.length > before[0]! && other.heard.length > before[1]!);
    const checks = network.sent.slice(sent).filter(({ data }) => data[0]! < 4);
    const refused = checks.filter(({ data }) => data[0] === 1 && data[1] === 0x11);
    assert.deepEqual(refused, [], "both keep their roles: there is no conflict");
    // The old sockets are closed: only what was gathered last is used.
    clock.advance(1000);
    assert.equal(mover.transport.report?.local?.address, NEW);
    assert.ok(mover.transport.worksAt([NEW]) && !mover.transport.worksAt(["203.0.113.1"]));
  });
}

Deno.test("a peer's checks that come before its answer are answered from the new address", async () => {
  const { a, b, clock, network } = await talking();
  await a.regather(NEW);
  b.place.credentials = b.transport.local.spares[0]!;
  b.use(a, false);
  const from = network.sent.length;
  clock.advance(50);
  assert.ok(
    network.sent.slice(from).some(({ from, data }) =>
      from.address === NEW && data[0] === 1 && data[1] === 1
    ),
    "a success response",
  );
});

Deno.test("what was gathered and never used is closed with the call, or when it is replaced", async () => {
  const { a, b, network, clock } = await talking();
  await a.regather(NEW);
  const first = a.place;
  await a.regather("198.51.100.2");
  b.place.credentials = b.transport.local.spares[0]!;
  b.use(a, false);
  a.use(b, true);
  clock.advance(500);
  assert.equal(a.transport.report?.local?.address, "198.51.100.2");
  a.transport.close();
  const sent = network.sent.length;
  const from = { address: "192.0.2.2", port: 1 };
  network.inject({ data: Uint8Array.of(0x80), from, to: first });
  clock.advance(60_000);
  assert.ok(network.sent.slice(sent).every(({ from }) => from.address === "192.0.2.2"));
});

Deno.test("of two sides that lost their way the controlling one restarts, and the other if it does not", async () => {
  const { a, b, clock, network, talk } = await talking();
  talk(200);
  network.fate = () => [];
  clock.advance(40_000);
  assert.deepEqual([a.failed.length, b.failed.length], [1, 1]);
  assert.deepEqual([a.lost, b.lost], [1, 0]);
  clock.advance(15_000);
  assert.deepEqual([a.lost, b.lost], [1, 1]);
  network.fate = () => [1];
  await a.regather(OLD);
  b.place.credentials = b.transport.local.spares[0]!;
  b.use(a, false);
  a.use(b, true);
  const before = [a.heard.length, b.heard.length];
  talk(1000);
  assert.ok(a.heard.length - before[0]! > 40 && b.heard.length - before[1]! > 40);
});

Deno.test("who is controlled does not restart what the peer has restarted", async () => {
  const { a, b, clock, network } = await talking();
  network.fate = () => [];
  clock.advance(36_000);
  network.fate = () => [1];
  await a.regather(OLD);
  b.place.credentials = b.transport.local.spares[0]!;
  b.use(a, false);
  a.use(b, true);
  clock.advance(60_000);
  assert.deepEqual([a.lost, b.lost], [1, 0]);
});

/** A call's transport that is talking, on a host whose addresses a test changes. */
async function callOn(stun: IceSettings["stun"] = []) {
  const clock = new VirtualClock(0);
  const network = new FakeNetwork(clock);
  const unit = seeded(9);
  const around = { clock, random: () => Math.floor(unit() * 2 ** 32) };
  const host = { addresses: [OLD] };
  const call = new CallTransport(
    {
      ...around,
      sockets: {
        open: (onRtp, onRtcp, address) => network.host(address!).open(onRtp, onRtcp),
        resolve: (name) => Promise.resolve(name),
      },
      ice: {
        settings: () => Promise.resolve({ stun, turn: [], relayOnly: false }),
        surroundings: () =>
          Promise.resolve({
            addresses: () => host.addresses,
            resolve: (name) => Promise.resolve([name]),
            link: () => Promise.reject(new Error("no TURN here")),
          }),
      },
    },
    { deliver: () => true },
    { iceFailed: () => {}, iceLost: () => {}, secured: () => {}, lost: () => {} },
  );
  const peer = new IceParty(network, around);
  await settled(clock, Promise.all([call.open("desk"), peer.open("192.0.2.2")]));
  const ours: Place = { ...call.ice!.local, port: call.ice!.rtpPort };
  call.ice!.use(streamTo(ours, peer.place, true), "");
  peer.use({ place: ours }, false);
  clock.advance(500);
  /** The answer of media to a change of the network, with the time that it needs. */
  const regather = async (when: "gone" | "changed" | "always") => {
    const { gathered } = await settled(clock, call.regather(when));
    return gathered?.candidates.map(({ address }) => address)[0];
  };
  return { call, clock, network, host, regather };
}

async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = promise.finally(() => isSettled = true);
  // Thrown where it is awaited.
  done.catch(() => {});
  for (let ms = 0; ms < 3000 && !isSettled; ms += 20) {
    await clock.advanceAsync(20);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return await done;
}

Deno.test("another network beside the one in use changes nothing while the peer answers there", async () => {
  const { call, host, regather, network } = await callOn();
  assert.equal(await regather("gone"), undefined);
  host.addresses = [OLD, NEW];
  assert.equal(await regather("gone"), undefined);
  network.fate = ({ from, to }) => from.address === OLD || to.address === OLD ? [] : [1];
  assert.equal(await regather("gone"), OLD, "a dead interface that keeps its address");
  call.close();
});

Deno.test("what signalling moved for is gathered where the addresses are others", async () => {
  const { call, host, regather } = await callOn();
  assert.equal(await regather("changed"), undefined);
  host.addresses = [NEW];
  assert.equal(await regather("changed"), NEW);
  assert.equal(await regather("changed"), undefined, "it is gathered already");
  assert.equal(await regather("gone"), undefined);
  assert.equal(await regather("always"), NEW);
  host.addresses = [];
  await assert.rejects(regather("gone"), /no network address/);
  call.close();
  assert.equal(await regather("always"), undefined);
});

Deno.test("a server that was silent before is not waited for in mid-call, but for who has no way", async () => {
  const { call, clock, host, regather } = await callOn([{ host: "198.51.100.9", port: 3478 }]);
  const took = async (when: "gone" | "always") => {
    const before = clock.now();
    assert.equal(await regather(when), NEW);
    return clock.now() - before;
  };
  host.addresses = [NEW];
  const times = [await took("gone"), await took("always")] as const;
  assert.ok(times[0] < 1000 && times[1] >= 2000, times.join());
  call.close();
});
