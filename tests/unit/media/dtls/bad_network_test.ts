/** Handshakes over networks that lose, reorder, repeat and cut: all of them come to keys. */
import assert from "node:assert/strict";
import { DtlsLink } from "../../../fakes/media/dtls_link.ts";
import { seeded } from "../../../fakes/media/impaired_link.ts";

interface Weather {
  loss?: number;
  duplicates?: number;
  /** Each datagram is delayed by up to this, ms. */
  jitterMs?: number;
  mtu?: number;
  demandCookie?: boolean;
}

function handshake(seed: number, { loss = 0, duplicates = 0, jitterMs = 0, ...ends }: Weather) {
  const random = seeded(seed);
  const longest = { octets: 0 };
  const { mtu, demandCookie } = ends;
  const link = new DtlsLink({
    client: { mtu },
    server: { mtu, demandCookie },
    fate: (datagram) => {
      longest.octets = Math.max(longest.octets, datagram.length);
      const copies = random() < loss ? 0 : random() < duplicates ? 2 : 1;
      return Array.from({ length: copies }, () => 10 + jitterMs * random());
    },
  });
  link.run();
  return { link, longest: longest.octets };
}

const WEATHERS: Record<string, Weather> = {
  "10 % loss": { loss: 0.1 },
  "30 % loss": { loss: 0.3 },
  "40 % loss and a cookie": { loss: 0.4, demandCookie: true },
  "reordering within 50 ms, fragments down to 200 octets": { jitterMs: 50, mtu: 200 },
  "30 % twice": { duplicates: 0.3, jitterMs: 30 },
  "20 % loss, 30 % twice, reordering, fragments": {
    loss: 0.2,
    duplicates: 0.3,
    jitterMs: 80,
    mtu: 200,
    demandCookie: true,
  },
};

for (const [name, weather] of Object.entries(WEATHERS)) {
  Deno.test(`twenty handshakes over a network with ${name} come to keys`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { link, longest } = handshake(seed, weather);
      assert.ok(link.isConnected, `seed ${seed}: ${link.client.failure ?? link.server.failure}`);
      assert.ok(longest <= (weather.mtu ?? 1200), `${longest} octets`);
      link.close();
      assert.equal(link.clock.pending, 0);
    }
  });
}

Deno.test("records that come before their keys are kept", () => {
  // The client's Finished overtakes everything else of its flight.
  const link = new DtlsLink({
    client: { mtu: 200 },
    fate: (datagram, from) => from === "client" && datagram[0] === 22 ? [50] : [5],
  });
  link.run();
  assert.ok(link.isConnected);
  assert.ok(link.clock.now() > 0);
});

Deno.test("a flight that comes in pieces by repetition is put together", () => {
  // Of each repetition of the server's flight another piece arrives.
  let count = 0;
  const link = new DtlsLink({
    server: { mtu: 200 },
    fate: (_, from) => from === "client" || count++ % 6 === Math.floor(count / 6) % 6 ? [5] : [],
  });
  link.run();
  assert.ok(link.isConnected, String(link.client.failure));
});
