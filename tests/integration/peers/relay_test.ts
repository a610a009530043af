/** The relay that spoils links for other tests does what it is told. */
import assert from "node:assert/strict";
import { type Impairment, Relay } from "../../peers/relay.ts";
import { withScratch } from "../../peers/scratch.ts";

const COUNT = 400;

/** What a peer receives, in order, of numbered datagrams sent through a relay. */
async function received(impairment: Impairment & { seed?: number }): Promise<number[]> {
  return await withScratch(async (scratch) => {
    const socket = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const [phone, peer] = [socket(), socket()];
    scratch.defer(() => phone.close());
    const arrived: number[] = [];
    const target = { hostname: "127.0.0.1", port: (peer.addr as Deno.NetAddr).port };
    const relay = Relay.start(scratch, { target, ...impairment });
    const reading = (async () => {
      for await (const [bytes] of peer) arrived.push(bytes[0] + 256 * bytes[1]);
    })();
    for (let i = 0; i < COUNT; i++) {
      await phone.send(new Uint8Array([i & 255, i >> 8]), {
        transport: "udp",
        hostname: "127.0.0.1",
        port: relay.port,
      });
      // A turn of the event loop now and then, so that no socket's buffer overflows.
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (relay.counts.passed + relay.counts.dropped < COUNT + relay.counts.duplicated) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    peer.close();
    await reading;
    return arrived;
  });
}

Deno.test({
  name: "a relay without impairment passes everything in order",
  timeout: 10_000,
  fn: async () => {
    assert.deepEqual(await received({}), Array.from({ length: COUNT }, (_, i) => i));
  },
});

Deno.test({
  name: "a relay loses what it shall, and the same for the same seed",
  timeout: 10_000,
  fn: async () => {
    const first = await received({ loss: 0.3, seed: 7 });
    assert.ok(first.length > COUNT * 0.6 && first.length < COUNT * 0.8, `${first.length}`);
    assert.deepEqual(await received({ loss: 0.3, seed: 7 }), first);
    assert.notDeepEqual(await received({ loss: 0.3, seed: 8 }), first);
  },
});

Deno.test({
  name: "a relay duplicates and reorders without losing",
  timeout: 10_000,
  fn: async () => {
    const got = await received({ duplicate: 0.1, reorder: 0.1, seed: 3 });
    assert.ok(got.length > COUNT * 1.05, `${got.length}`);
    assert.equal(new Set(got).size, COUNT);
    assert.ok(got.some((value, i) => i > 0 && value < got[i - 1] && value !== got[i - 1]));
  },
});
