/** UDP sockets of the system, on loopback. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  canonicalAddress,
  type SocketPair,
  UdpSockets,
} from "../../../src/media/transport/sockets.ts";
import { testWith } from "../../support/skip.ts";

const random = () => 12_345;

interface Received {
  data: number[];
  address: string;
  port: number;
}

/** A pair that hands every datagram to whoever waits. */
function listening(sockets: UdpSockets) {
  const rtp = Promise.withResolvers<Received>();
  const rtcp = Promise.withResolvers<Received>();
  const take =
    (to: PromiseWithResolvers<Received>) => (data: Uint8Array, address: string, port: number) =>
      to.resolve({ data: [...data], address, port });
  const pair: SocketPair = sockets.open(take(rtp), take(rtcp));
  return { pair, rtp: rtp.promise, rtcp: rtcp.promise };
}

async function exchange(loopback: string): Promise<void> {
  const [a, b] = [listening(new UdpSockets({ random })), listening(new UdpSockets({ random }))];
  try {
    assert.equal(a.pair.rtpPort % 2, 0);
    assert.equal(a.pair.rtcpPort, a.pair.rtpPort + 1);
    a.pair.sendRtp(Uint8Array.of(1, 2), loopback, b.pair.rtpPort);
    a.pair.sendRtcp(Uint8Array.of(3), loopback, b.pair.rtcpPort);
    assert.deepEqual(await b.rtp, { data: [1, 2], address: loopback, port: a.pair.rtpPort });
    assert.deepEqual(await b.rtcp, { data: [3], address: loopback, port: a.pair.rtcpPort });
  } finally {
    a.pair.close();
    b.pair.close();
    b.pair.close();
  }
}

Deno.test("datagrams cross over IPv4, named as IPv4", () => exchange("127.0.0.1"));
testWith(["ipv6"], "datagrams cross over IPv6 on the same sockets", () => exchange("::1"));

Deno.test("a range of ports is kept to, and its end is told", async () => {
  const held = new UdpSockets({ random }).open(() => {}, () => {});
  const min = held.rtpPort;
  const sockets = new UdpSockets({ range: { min, max: min + 1 }, random });
  assert.throws(() => sockets.open(() => {}, () => {}), (error) => {
    assert.ok(error instanceof OffhookError);
    assert.equal(error.code, "media-failed");
    assert.match(error.message, new RegExp(`${min}–${min + 1}`));
    return true;
  });
  held.close();
  // The system has the port back when the receive under way has ended.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const pair = sockets.open(() => {}, () => {});
  assert.deepEqual([pair.rtpPort, pair.rtcpPort], [min, min + 1]);
  pair.close();
  const empty = new UdpSockets({ range: { min: 4001, max: 4001 }, random });
  assert.throws(() => empty.open(() => {}, () => {}), { code: "media-failed" });
});

Deno.test("names are looked up, addresses pass in one spelling", async () => {
  const sockets = new UdpSockets({ random });
  assert.equal(await sockets.resolve("192.0.2.1"), "192.0.2.1");
  assert.equal(await sockets.resolve("2001:DB8:0:0::1"), "2001:db8::1");
  assert.ok(["127.0.0.1", "::1"].includes(await sockets.resolve("localhost")));
  await assert.rejects(sockets.resolve("no-such-host.invalid"), { code: "media-failed" });
  assert.equal(canonicalAddress("::FFFF:10.0.0.1"), "10.0.0.1");
});

Deno.test("sending to nowhere is loss, not an error", async () => {
  const { pair } = listening(new UdpSockets({ random }));
  pair.sendRtp(Uint8Array.of(1), "127.0.0.1", 1);
  pair.sendRtp(Uint8Array.of(1), "240.0.0.1", 9);
  pair.sendRtp(Uint8Array.of(1), "not an address", 9);
  await new Promise((resolve) => setTimeout(resolve, 20));
  pair.close();
  pair.sendRtp(Uint8Array.of(1), "127.0.0.1", 9);
});

Deno.test("why the system does not take a datagram is known until it takes one again", async () => {
  const sockets = new UdpSockets({ random, address: "127.0.0.1" });
  const pair = sockets.open(() => {}, () => {});
  const outcome = async (address: string) => {
    pair.sendRtp(Uint8Array.of(1), address, 9);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return pair.failure;
  };
  // From loopback there is no way to another machine.
  let failure: string | undefined;
  for (let i = 0; i < 50 && failure === undefined; i++) failure = await outcome("192.0.2.1");
  assert.match(failure ?? "", /^[^()]+$/);
  for (let i = 0; i < 50 && failure !== undefined; i++) failure = await outcome("127.0.0.1");
  assert.equal(failure, undefined);
  pair.close();
});
