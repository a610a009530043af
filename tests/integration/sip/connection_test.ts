/** Connections that fail, break, come back and change over. */
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { OffhookError } from "../../../src/base/errors.ts";
import { answer } from "../../../src/sip/message/answer.ts";
import { TransportLayer } from "../../../src/sip/transport/layer.ts";
import type { NextHop, TransportLayerOptions } from "../../../src/sip/transport/flow/types.ts";
import { rawRequest, RawUserAgent } from "../../fakes/raw_user_agent.ts";
import { TableResolver } from "../../fakes/table_resolver.ts";

const loopback = { host: "127.0.0.1", port: 0 };

async function connectError(nextHop: NextHop, options: TransportLayerOptions = {}) {
  const layer = new TransportLayer({ ...options, nextHop });
  try {
    await layer.connect();
  } catch (error) {
    assert(error instanceof OffhookError, String(error));
    return error;
  } finally {
    await layer.close();
  }
  throw new Error("it connected");
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

Deno.test("a refused connection names host, port and transport", async () => {
  const port = await freePort();
  for (const transport of ["tcp", "tls", "ws", "wss"] as const) {
    const error = await connectError({ server: `127.0.0.1:${port}`, transport });
    assert.equal(error.code, "unreachable");
    const wanted = `127.0.0.1:${port} by ${transport.toUpperCase()}: nothing listens there`;
    assert(error.message.includes(wanted), error.message);
  }
});

Deno.test("an unknown host is named", async () => {
  const resolver = new TableResolver({});
  const error = await connectError({ server: "pbx.nowhere.example" }, { resolver });
  assert.equal(error.code, "unreachable");
  assert.match(error.message, /pbx\.nowhere\.example/);
});

Deno.test("an HTTP server that is no WebSocket is named with its path", async () => {
  const server = http.createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  try {
    const error = await connectError({ server: `ws://127.0.0.1:${port}/sip` });
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /WebSocket handshake failed.*404/);
    assert.match(error.hint!, /\/sip/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

Deno.test("a server without the sip subprotocol is refused", async () => {
  const server = new RawUserAgent();
  try {
    const { port } = await server.layer.listen("ws", loopback);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, ["chat"]);
    const failed = await new Promise<boolean>((resolve) => {
      socket.onerror = () => resolve(true);
      socket.onopen = () => resolve(false);
    });
    assert(failed);
  } finally {
    await server.close();
  }
});

Deno.test("the first target that answers is taken", async () => {
  const server = new RawUserAgent();
  const { port } = await server.layer.listen("tcp", { host: "127.0.0.2", port: 0 });
  const resolver = new TableResolver({ a: { "pbx.example": ["127.0.0.1", "127.0.0.2"] } });
  const client = new RawUserAgent({
    nextHop: { server: `pbx.example:${port}`, transport: "tcp" },
    resolver,
  });
  try {
    const flow = await client.layer.connect();
    assert.deepEqual(flow.remote, { host: "127.0.0.2", port });
  } finally {
    await client.close();
    await server.close();
  }
});

Deno.test("a silent UDP target is left for the next one, and the request answered there", async () => {
  const silent = new RawUserAgent({ onRequest: () => undefined });
  const { port } = await silent.layer.listen("udp", loopback);
  const server = new RawUserAgent({ onRequest: (request) => answer(request, 200) });
  await server.layer.listen("udp", { host: "127.0.0.2", port });
  const resolver = new TableResolver({ a: { "pbx.example": ["127.0.0.1", "127.0.0.2"] } });
  const client = new RawUserAgent({
    nextHop: { server: `pbx.example:${port}`, transport: "udp" },
    resolver,
    clock: hasty(10),
  });
  try {
    const before = await client.layer.connect();
    const { message } = await client.ask({ method: "REGISTER", uri: "sip:pbx.example" });
    assert.equal(message.status, 200);
    const { flow } = await client.event("next-hop-changed");
    assert.notEqual(flow, before);
    assert.equal(flow.remote.host, "127.0.0.2");
    assert.equal(client.layer.nextHopFlow, flow);
  } finally {
    await client.close();
    await server.close();
    await silent.close();
  }
});

Deno.test("a call that came before the connection broke is answered on the next one", async () => {
  const server = new RawUserAgent();
  const { port } = await server.layer.listen("ws", loopback);
  const client = new RawUserAgent({ nextHop: { server: `127.0.0.1:${port}`, transport: "ws" } });
  try {
    await client.layer.connect();
    const { flow } = await server.event("flow-opened");
    server.routes.set("phone.invalid", flow);
    await server.layer.send(rawRequest({ method: "INVITE", uri: "sip:a@phone.invalid" }));
    await client.until("INVITE", () => client.received.length === 1);
    client.layer.disconnect();
    await server.event("flow-closed");
    await client.layer.connect();
    const { message } = client.received[0];
    const taken = await client.layer.send(answer(message, 200, { toTag: "t" }));
    assert.equal(taken, client.layer.nextHopFlow);
  } finally {
    await client.close();
    await server.close();
  }
});

for (const transport of ["udp", "tcp"] as const) {
  Deno.test(`${transport}: a server that never answers counts as lost after Timer F`, async () => {
    const silent = new RawUserAgent();
    const { port } = await silent.layer.listen(transport, loopback);
    const client = new RawUserAgent({
      nextHop: { server: `127.0.0.1:${port}`, transport },
      clock: hasty(100),
    });
    try {
      await client.layer.connect();
      await client.layer.send(rawRequest({ method: "REGISTER", uri: "sip:x" }));
      const { error } = await client.event("next-hop-lost");
      const wanted = `Nothing answers at 127.0.0.1:${port} by ${transport.toUpperCase()}`;
      assert(error?.message.includes(wanted), error?.message);
      assert(client.events.some((event) => event.type === "request-unanswered"));
    } finally {
      await client.close();
      await silent.close();
    }
  });
}

Deno.test("a UDP next hop gets a CRLF now and then", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const client = new RawUserAgent({
    nextHop: { server: `127.0.0.1:${port}` },
    keepaliveMs: 1000,
    clock: hasty(20),
  });
  try {
    await client.layer.connect();
    for (let count = 0; count < 3; count++) {
      const [bytes] = await socket.receive();
      assert.deepEqual([...bytes], [13, 10]);
    }
  } finally {
    await client.close();
    socket.close();
  }
});

/** A clock whose timers run so many times faster. */
function hasty(factor: number) {
  return {
    now: () => performance.now() * factor,
    setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms / factor),
    clearTimeout: (handle: unknown) => clearTimeout(handle as number),
  };
}

Deno.test("a lost connection fails what waits with a 503, and can be opened again", async () => {
  let server = new RawUserAgent();
  const { port } = await server.layer.listen("tcp", loopback);
  const client = new RawUserAgent({ nextHop: { server: `127.0.0.1:${port}`, transport: "tcp" } });
  const ids = { uri: "sip:b@h", callId: "waiting", branch: "z9hG4bKwaiting" };
  try {
    await client.layer.connect();
    await client.layer.send(rawRequest({ method: "INVITE", ...ids }));
    await server.until("INVITE", () => server.received.length === 1);
    await server.close();
    const { error } = await client.event("next-hop-lost");
    assert.equal(error?.code, "unreachable");
    await client.until("503", () => client.received.length === 1);
    assert.equal(client.received[0].message.status, 503);
    const failed = await client.event("request-failed");
    assert.deepEqual([failed.callId, failed.method], ["waiting", "INVITE"]);
    assert.equal(client.layer.nextHopFlow, undefined);
    const options = rawRequest({ method: "OPTIONS", uri: "sip:b@h" });
    await assert.rejects(client.layer.send(options), /no connection to the account's server/);
    server = new RawUserAgent();
    await server.layer.listen("tcp", { host: "127.0.0.1", port });
    await client.layer.connect();
    // SIP.js acknowledges the 503, of which the peer knows nothing.
    await client.layer.send(rawRequest({ method: "ACK", ...ids }));
    await client.layer.send(options);
    await server.until("OPTIONS", () => server.received.length > 0);
    assert.deepEqual(server.received.map(({ message }) => message.method), ["OPTIONS"]);
  } finally {
    await client.close();
    await server.close();
  }
});

Deno.test("a request longer than 1300 bytes goes by TCP, or by UDP where TCP is refused", async () => {
  const server = new RawUserAgent({ onRequest: (request) => answer(request, 200) });
  const { port } = await server.layer.listen("udp", loopback);
  const uri = `sip:bob@127.0.0.1:${port}`;
  const body = "x".repeat(1300);
  const withoutTcp = new RawUserAgent();
  const withTcp = new RawUserAgent();
  try {
    const refused = await withoutTcp.ask({ method: "MESSAGE", uri, body });
    assert.equal(refused.flow.transport, "udp");
    await server.layer.listen("tcp", { host: "127.0.0.1", port });
    const short = await withTcp.ask({ method: "MESSAGE", uri, body: "short" });
    assert.equal(short.flow.transport, "udp");
    const long = await withTcp.ask({ method: "MESSAGE", uri, body });
    assert.equal(long.flow.transport, "tcp");
    assert.equal(long.message.via.transport, "UDP", "SIP.js sees the Via that it wrote");
  } finally {
    await withoutTcp.close();
    await withTcp.close();
    await server.close();
  }
});
