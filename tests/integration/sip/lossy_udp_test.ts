/** 30 % of the datagrams lost each way, seeded: every transaction comes to its end. */
import assert from "node:assert/strict";
import { answer } from "../../../src/sip/message/answer.ts";
import type { Clock } from "../../../src/base/time/clock.ts";
import { Relay } from "../../peers/relay.ts";
import { withScratch } from "../../peers/scratch.ts";
import { rawRequest, RawUserAgent } from "../../fakes/raw_user_agent.ts";

/** Retransmission timers ten times faster than RFC 3261's, for the patience of whoever waits. */
const HASTE = 10;
const hastyClock: Clock = {
  now: () => performance.now() * HASTE,
  setTimeout: (callback, ms) => setTimeout(callback, ms / HASTE),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/**
 * Of 40: RFC 3261 tries 11 times in 32 s, each with a chance of 0.49, so that about one transaction in
 * 1700 must fail.
 */
const ENOUGH = 39;

async function overBadNetwork(
  run: (client: RawUserAgent, server: RawUserAgent, uri: string, relay: Relay) => Promise<void>,
) {
  await withScratch(async (scratch) => {
    const server = new RawUserAgent({ clock: hastyClock });
    const { port } = await server.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const target = { hostname: "127.0.0.1", port };
    const relay = Relay.start(scratch, { target, loss: 0.3, duplicate: 0.1, seed: 7 });
    const client = new RawUserAgent({ clock: hastyClock });
    try {
      await run(client, server, `sip:bob@127.0.0.1:${relay.port}`, relay);
      assert(relay.counts.dropped > 20, "the network was bad");
    } finally {
      await client.close();
      await server.close();
    }
  });
}

Deno.test("30 % loss: every MESSAGE is delivered once and answered", () =>
  overBadNetwork(async (client, server, uri) => {
    server.layer.onMessage = (message, flow) => {
      server.received.push({ message, flow });
      void server.layer.send(answer(message, 200));
    };
    const asked = Array.from(
      { length: 40 },
      (_, index) => client.ask({ method: "MESSAGE", uri, callId: `m${index}` }, 4000),
    );
    const answered = (await Promise.allSettled(asked)).filter((each) =>
      each.status === "fulfilled"
    );
    assert(answered.length >= ENOUGH, `${answered.length} of 40`);
    const delivered = server.received.map(({ message }) => message.callId);
    assert.equal(delivered.length, new Set(delivered).size, "repetitions were absorbed");
    assert.equal(client.received.length, answered.length, "so were those of the responses");
  }));

Deno.test("30 % loss: every INVITE is refused once and its 486 acknowledged", () =>
  overBadNetwork(async (client, server, uri) => {
    const acknowledged = new Set<string>();
    server.layer.onMessage = (message) => {
      if (message.method === "ACK") {
        assert(!acknowledged.has(message.callId), "an ACK goes up once");
        acknowledged.add(message.callId);
        return;
      }
      void server.layer.send(answer(message, 100));
      void server.layer.send(answer(message, 486, { toTag: "t" }));
    };
    const finals = new Map<string, number>();
    client.layer.onMessage = (message, flow) => {
      client.received.push({ message, flow });
      if (message.status < 200) return;
      finals.set(message.callId, (finals.get(message.callId) ?? 0) + 1);
      const ids = { callId: message.callId, branch: message.via.branch };
      void client.layer.send(rawRequest({ method: "ACK", uri, ...ids }));
    };
    for (let index = 0; index < 40; index++) {
      await client.layer.send(rawRequest({ method: "INVITE", uri, callId: `i${index}` }));
    }
    const deadline = performance.now() + 4000;
    while (acknowledged.size < ENOUGH && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert(finals.size >= ENOUGH, `${finals.size} of 40`);
    assert(acknowledged.size >= ENOUGH, `${acknowledged.size} of 40`);
    assert.deepEqual([...new Set(finals.values())], [1], "SIP.js sees one 486 a call");
  }));
