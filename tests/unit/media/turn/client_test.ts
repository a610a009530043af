/** A TURN client and a server in memory, over hours of a virtual clock. */
import assert from "node:assert/strict";
import type { OffhookError } from "../../../../src/base/errors.ts";
import { TurnClient } from "../../../../src/media/transport/turn/client.ts";
import { addError, ATTRIBUTE, StunWriter } from "../../../../src/media/transport/stun/mod.ts";
import { FakeTurnServer } from "../../../fakes/media/turn_server.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const PEER = { address: "192.0.2.9", port: 4000 };
const bytes = (text: string) => new TextEncoder().encode(text);

function relay(options: { nonceMs?: number; lifetimeS?: number; password?: string } = {}) {
  const clock = new VirtualClock(0);
  const heard: string[] = [];
  const lost: OffhookError[] = [];
  let closed = false;
  let n = 0;
  const server: FakeTurnServer = new FakeTurnServer(
    clock,
    (data) => client.receive(data),
    options.nonceMs,
    options.lifetimeS,
  );
  const link = {
    reliable: false,
    family: "IPv4" as const,
    send: (data: Uint8Array) => server.take(data),
    close: () => closed = true,
  };
  const client: TurnClient = new TurnClient(
    {
      host: "turn.example.org",
      port: 3478,
      protocol: "udp",
      username: "alice",
      password: options.password ?? "secret",
    },
    { clock, random: () => n++ },
    link,
    {
      data: (data, { address }) => heard.push(`${address} ${new TextDecoder().decode(data)}`),
      lost: (error) => lost.push(error),
    },
  );
  return { clock, server, client, heard, lost, isClosed: () => closed };
}

Deno.test("TURN allocates with the nonce that the server gives it", async () => {
  const { client, server } = relay();
  assert.deepEqual(await client.allocate(), { address: "203.0.113.1", port: 40_000 });
  assert.deepEqual([client.address, client.port], ["198.51.100.1", 50_000]);
  assert.deepEqual(server.log, ["allocate 401", "allocate 200"]);
});

Deno.test("a TURN server that relays at no host's address is of no use, and is told", async () => {
  for (
    const relayed of [
      { address: "224.0.0.1", port: 50_000 },
      { address: "0.0.0.0", port: 50_000 },
      { address: "255.255.255.255", port: 50_000 },
      { address: "198.51.100.1", port: 0 },
    ]
  ) {
    const { client, server } = relay();
    server.relay = relayed;
    await assert.rejects(client.allocate(), /no relayed address/, JSON.stringify(relayed));
  }
});

Deno.test("TURN says that its password was refused, and not which one it was", async () => {
  const { client, clock, server } = relay({ password: "wrong-secret" });
  const allocated = client.allocate();
  clock.advance(400);
  await assert.rejects(allocated, (error: OffhookError) => {
    assert.match(error.message, /turn\.example\.org:3478 \(UDP\) refused .*"alice" \(401\)/);
    assert.match(error.hint!, /under \[ice\]/);
    assert.ok(!JSON.stringify(error.toJSON()).includes("wrong-secret"));
    return true;
  });
  assert.deepEqual(server.log, ["allocate 401", "allocate 401"], "asked once with the password");
});

for (
  const [code, words] of [
    [403, /refused: 403/],
    [441, /user name or password/],
    [486, /no relay free/],
    [508, /no relay free/],
    [300, /sends us to another/],
  ] as const
) {
  Deno.test(`TURN says what ${code} means`, async () => {
    const { client, clock, server } = relay();
    server.refuse = code;
    const allocated = client.allocate();
    clock.advance(400);
    await assert.rejects(allocated, words);
  });
}

Deno.test("TURN says that a server does not answer", async () => {
  const { client, clock, server } = relay();
  server.silent = true;
  const allocated = client.allocate();
  clock.advance(40_000);
  await assert.rejects(allocated, /does not answer/);
});

Deno.test("TURN asks for a permission and sends what waited for it", async () => {
  const { client, server, heard } = relay();
  await client.allocate();
  client.send(bytes("one"), PEER.address, PEER.port);
  assert.deepEqual(server.relayed, [{ data: "one", to: PEER, channel: false }]);
  server.fromPeer("back", PEER);
  server.fromPeer("stranger", { ...PEER, address: "192.0.2.66" });
  assert.deepEqual(heard, ["192.0.2.9 back"]);
});

Deno.test("TURN binds a channel for whom most is sent to", async () => {
  const { client, server, heard } = relay();
  await client.allocate();
  client.send(bytes("one"), PEER.address, PEER.port);
  client.prefer(PEER.address, PEER.port);
  client.prefer(PEER.address, PEER.port);
  client.send(bytes("two"), PEER.address, PEER.port);
  server.fromPeer("back", PEER);
  assert.deepEqual(server.relayed.map(({ data, channel }) => [data, channel]), [
    ["one", false],
    ["two", true],
  ]);
  assert.deepEqual(heard, ["192.0.2.9 back"]);
  assert.equal(server.log.filter((line) => line.startsWith("channelBind")).length, 1);
});

Deno.test("TURN keeps allocation, permission and channel for five hours of stale nonces", async () => {
  const { client, clock, server, heard, lost } = relay({ nonceMs: 7 * 60_000 });
  await client.allocate();
  client.send(bytes("hello"), PEER.address, PEER.port);
  client.prefer(PEER.address, PEER.port);
  for (let minute = 0; minute < 300; minute++) {
    client.send(bytes(`${minute}`), PEER.address, PEER.port);
    server.fromPeer(`${minute}`, PEER);
    clock.advance(60_000);
  }
  assert.deepEqual(lost, []);
  assert.ok(server.allocated);
  assert.equal(server.relayed.length, 301);
  assert.equal(heard.length, 300);
  assert.ok(server.relayed.slice(1).every(({ channel }) => channel));
  assert.ok(server.log.some((line) => line === "refresh 438"), "a nonce was stale");
});

Deno.test("TURN lets the permission of a peer lapse that nothing is sent to", async () => {
  const { client, clock, server } = relay();
  await client.allocate();
  client.send(bytes("once"), PEER.address, PEER.port);
  clock.advance(3_600_000);
  const asked = server.log.filter((line) => line === "createPermission 200").length;
  assert.ok(asked <= 3, `${asked}`);
});

Deno.test("TURN refreshes allocations that live short in time", async () => {
  const { client, clock, server, lost } = relay({ lifetimeS: 20 });
  await client.allocate();
  for (let i = 0; i < 100; i++) {
    clock.advance(5000);
    assert.ok(server.allocated);
  }
  assert.deepEqual(lost, []);
  assert.ok(client.address);
});

Deno.test("TURN tells when its allocation is gone", async () => {
  const { client, clock, server, lost, isClosed } = relay();
  await client.allocate();
  server.refuse = 437;
  clock.advance(600_000);
  assert.match(lost[0].message, /refused: 437/);
  assert.equal(lost.length, 1);
  assert.ok(isClosed());
  assert.equal(clock.pending, 0);
});

for (const code of [300, 400, 401, 403, 437, 438, 441, 500]) {
  Deno.test(`a forged ${code} that is faster than the TURN server ends no allocation`, async () => {
    const { client, clock, server, lost } = relay();
    await client.allocate();
    let forged = 0;
    server.overheard = ({ method, transactionId }) => {
      const writer = new StunWriter(method, "error", transactionId);
      forged += 1;
      writer.text(ATTRIBUTE.realm, "forged").text(ATTRIBUTE.nonce, `forged-${forged}`);
      client.receive(addError(writer, { code, reason: "forged" }).bytes);
    };
    client.prefer(PEER.address, PEER.port);
    for (let minute = 0; minute < 30; minute++) {
      client.send(bytes("sound"), PEER.address, PEER.port);
      clock.advance(60_000);
    }
    assert.ok(forged > 5, `${forged} requests`);
    assert.deepEqual(lost, []);
    assert.ok(server.allocated);
    assert.equal(server.relayed.length, 30);
  });
}

for (const code of [300, 400, 401, 403, 438, 486]) {
  Deno.test(`a forged ${code} that is faster than the TURN server keeps no allocation away`, async () => {
    const { client, clock, server } = relay();
    let forged = 0;
    server.overheard = ({ method, transactionId }) => {
      const writer = new StunWriter(method, "error", transactionId);
      writer.text(ATTRIBUTE.realm, "forged").text(ATTRIBUTE.nonce, `forged-${forged++}`);
      client.receive(addError(writer, { code, reason: "forged" }).bytes);
    };
    const allocated = client.allocate();
    clock.advance(2_000);
    await allocated;
    assert.ok(server.allocated);
    client.close();
    clock.advance(1_000);
    assert.equal(clock.pending, 0);
  });
}

for (const many of [9, 30]) {
  Deno.test(`${many} forged nonces for each request keep the server's own from nobody`, async () => {
    const { client, clock, server, lost } = relay({ nonceMs: 540_000 });
    await client.allocate();
    let forged = 0;
    let asked = 0;
    server.overheard = ({ method, transactionId }) => {
      asked += 1;
      for (let i = 0; i < many; i++) {
        const writer = new StunWriter(method, "error", transactionId);
        writer.text(ATTRIBUTE.realm, "example.org").text(ATTRIBUTE.nonce, `forged-${forged++}`);
        client.receive(addError(writer, { code: 438, reason: "forged" }).bytes);
      }
    };
    client.prefer(PEER.address, PEER.port);
    for (let second = 0; second < 3600; second++) {
      client.send(bytes("sound"), PEER.address, PEER.port);
      clock.advance(1_000);
      assert.ok(server.allocated, `${second} s`);
    }
    assert.deepEqual(lost, []);
    assert.ok(asked < 20 * 3600, `${asked} requests in an hour`);
    assert.ok(server.relayed.length > 3500, `${server.relayed.length} of 3600`);
  });
}

for (const code of [403, 438]) {
  Deno.test(`a TURN server that answers each permission with ${code} is not asked for every packet`, async () => {
    const { client, clock, server, lost } = relay();
    await client.allocate();
    server.refuse = code;
    server.log.length = 0;
    for (let packet = 0; packet < 1_000; packet++) {
      client.send(bytes("sound"), PEER.address, PEER.port);
      clock.advance(20);
    }
    assert.ok(server.log.length <= 4 * 4, `${server.log.length} requests in 20 s`);
    server.refuse = undefined;
    clock.advance(50_000);
    client.send(bytes("again"), PEER.address, PEER.port);
    assert.equal(server.relayed.at(-1)?.data, "again");
    assert.deepEqual(lost, []);
  });
}

Deno.test("TURN gives the allocation back when the call ends", async () => {
  const { client, clock, server, isClosed } = relay();
  await client.allocate();
  client.send(bytes("one"), PEER.address, PEER.port);
  client.close();
  client.close();
  assert.ok(!server.allocated);
  assert.ok(isClosed());
  assert.equal(clock.pending, 0);
});

Deno.test("TURN closes within a second at a server that is gone", async () => {
  const { client, clock, server, isClosed } = relay();
  await client.allocate();
  server.silent = true;
  client.close();
  clock.advance(1000);
  assert.ok(isClosed());
  assert.equal(clock.pending, 0);
});
