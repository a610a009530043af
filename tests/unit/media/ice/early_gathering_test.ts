/** Gathering while a call rings: its answer waits for no server, and nothing is left of a refused one. */
import assert from "node:assert/strict";
import type { MediaInput } from "../../../../src/core/ports/mod.ts";
import type { IceSettings } from "../../../../src/media/transport/ice/mod.ts";
import { MediaEngine } from "../../../../src/media/worker/engine.ts";
import { FakeNetwork } from "../../../fakes/media/fake_network.ts";
import { seeded } from "../../../fakes/media/ice_sides.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const CALL = "call";
const ENDPOINTS = { microphone: { kind: "silence" }, speaker: { kind: "null" } } as const;
/** Nobody is there. */
const DEAD: IceSettings = {
  stun: [{ host: "198.51.100.9", port: 3478 }],
  turn: [],
  relayOnly: false,
};

class Phone {
  readonly clock = new VirtualClock(0);
  readonly network = new FakeNetwork(this.clock);
  readonly inputs: MediaInput[] = [];
  addresses = ["192.0.2.1"];
  /** Sockets that are open. */
  readonly open = new Set<number>();
  readonly engine: MediaEngine;

  constructor() {
    const unit = seeded(3);
    const host = () => this.network.host(this.addresses[0]!);
    this.engine = new MediaEngine({
      clock: this.clock,
      random: () => Math.floor(unit() * 2 ** 32),
      sockets: {
        open: (...on) => {
          const pair = host().open(...on);
          this.open.add(pair.rtpPort);
          const close = () => {
            this.open.delete(pair.rtpPort);
            pair.close();
          };
          return { ...pair, close };
        },
        resolve: (name) => Promise.resolve(name),
      },
      notify: (input) => void this.inputs.push(input),
      ice: {
        settings: () => Promise.resolve(DEAD),
        surroundings: () =>
          Promise.resolve({
            addresses: () => this.addresses,
            resolve: (name) => Promise.resolve([name]),
            link: () => Promise.reject(new Error("no TURN here")),
          }),
      },
    });
  }

  /** Begins to gather, until the server has been asked. */
  async rings(): Promise<void> {
    const asked = this.network.sent.length;
    this.engine.perform({ type: "GatherMedia", call: CALL, ice: "desk" });
    await this.until(() => this.network.sent.length > asked);
  }

  async answer(): Promise<Extract<MediaInput, { type: "MediaOpened" }>> {
    this.engine.perform({ type: "OpenMedia", call: CALL, endpoints: ENDPOINTS, ice: "desk" });
    await this.until(() => this.inputs.some(({ type }) => type === "MediaOpened"));
    return this.inputs.find((input) => input.type === "MediaOpened")!;
  }

  /** Without the clock: what waits for it never happens. */
  async until(holds: () => boolean): Promise<void> {
    for (let i = 0; i < 2000 && !holds(); i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.ok(holds());
  }
}

Deno.test("a call that rang for two seconds is answered at once, whatever servers are dead", async () => {
  const phone = new Phone();
  await phone.rings();
  await phone.clock.advanceAsync(2000);
  const { ice, failures } = await phone.answer();
  assert.equal(ice?.candidates[0]?.address, "192.0.2.1");
  assert.match(failures![0]!.message, /STUN server .* did not answer within 2 s/);
  await phone.engine.close();
  assert.equal(phone.open.size, 0);
});

Deno.test("a call that is refused while it gathers gives its sockets back", async () => {
  const phone = new Phone();
  await phone.rings();
  assert.equal(phone.open.size, 1);
  phone.engine.perform({ type: "CloseMedia", call: CALL });
  await phone.until(() => phone.inputs.some(({ type }) => type === "MediaClosed"));
  assert.equal(phone.open.size, 0);
  await phone.clock.advanceAsync(60_000);
  assert.deepEqual([phone.inputs.length, phone.open.size, phone.clock.pending], [1, 0, 0]);
});

Deno.test("a call that rings in another network gathers there, and only there", async () => {
  const phone = new Phone();
  await phone.rings();
  await phone.clock.advanceAsync(2000);
  const asked = phone.network.sent.length;
  phone.engine.perform({ type: "GatherMedia", call: CALL, ice: "desk" });
  await phone.clock.advanceAsync(2000);
  assert.equal(phone.network.sent.length, asked, "nothing is another");
  phone.addresses = ["203.0.113.1"];
  await phone.rings();
  await phone.clock.advanceAsync(2000);
  const { ice } = await phone.answer();
  assert.deepEqual(ice?.candidates.map(({ address }) => address), ["203.0.113.1", "203.0.113.1"]);
  assert.equal(phone.open.size, 1);
  await phone.engine.close();
  assert.equal(phone.open.size, 0);
});

Deno.test("what could not be gathered while the call rang is tried again at its answer", async () => {
  const phone = new Phone();
  phone.addresses = [];
  phone.engine.perform({ type: "GatherMedia", call: CALL, ice: "desk" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(phone.inputs, []);
  phone.addresses = ["192.0.2.1"];
  const opened = phone.answer();
  await phone.until(() => phone.network.sent.length > 0);
  await phone.clock.advanceAsync(2000);
  assert.equal((await opened).ice?.address, "192.0.2.1");
  await phone.engine.close();
});

Deno.test("who rings and hangs up for ever has few servers asked; a call that is answered gathers", async () => {
  const phone = new Phone();
  const closed = () => phone.inputs.filter(({ type }) => type === "MediaClosed").length;
  for (let i = 0; i < 200; i++) {
    const call = `flood-${i}`;
    const asked = phone.network.sent.length;
    phone.engine.perform({ type: "GatherMedia", call, ice: "desk" });
    if (i < 16) await phone.until(() => phone.network.sent.length > asked);
    else await new Promise((resolve) => setTimeout(resolve, 1));
    phone.engine.perform({ type: "CloseMedia", call });
    await phone.until(() => closed() === i + 1);
  }
  // RTP and RTCP of each.
  assert.equal(phone.network.sent.length, 16 * 2);
  assert.equal(phone.open.size, 0);
  const opened = phone.answer();
  await phone.until(() => phone.network.sent.length > 16 * 2);
  await phone.clock.advanceAsync(2000);
  assert.equal((await opened).ice?.candidates[0]?.address, "192.0.2.1");
  await phone.engine.close();
});
