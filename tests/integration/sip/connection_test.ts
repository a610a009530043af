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

Deno.test("a web page connects to a listener only when it is listed", async () => {
  const server = new RawUserAgent();
  try {
    const listed = { origins: ["https://phone.example"] };
    const open = await server.layer.listen("ws", loopback, listed);
    const shut = await server.layer.listen("ws", loopback);
    const table: [port: number, origin: string | undefined, status: number][] = [
      [shut.port, undefined, 101],
      [shut.port, "https://phone.example", 403],
      [shut.port, `http://127.0.0.1:${shut.port}`, 403],
      [shut.port, "null", 403],
      [open.port, "https://phone.example", 101],
      [open.port, "https://phone.example.evil", 403],
      [open.port, "http://phone.example", 403],
    ];
    for (const [port, origin, status] of table) {
      assert.equal(await handshake(port, origin), status, `${origin}`);
    }
  } finally {
    await server.close();
  }
});

/** The status that a WebSocket handshake with this Origin gets. */
async function handshake(port: number, origin: string | undefined): Promise<number> {
  const socket = net.connect({ host: "127.0.0.1", port });
  const lines = [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: sip",
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
  ];
  socket.write(lines.join("\r\n") + "\r\n\r\n");
  const head = await new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(`${data}`))
  );
  socket.destroy();
  return Number(head.split(" ")[1]);
}

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

Deno.test("a stream of garbage is closed, and the listener goes on", async () => {
  const server = new RawUserAgent({ onRequest: (request) => answer(request, 200) });
  const { port } = await server.layer.listen("tcp", loopback);
  const client = new RawUserAgent();
  try {
    const socket = net.connect(port, "127.0.0.1");
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => {});
    socket.write("x".repeat(70_000));
    await closed;
    const { error } = await server.event("flow-closed");
    assert.match(error!.message, /does not carry SIP/);
    const uri = `sip:bob@127.0.0.1:${port};transport=tcp`;
    assert.equal((await client.ask({ method: "OPTIONS", uri })).message.status, 200);
  } finally {
    await client.close();
    await server.close();
  }
});

Deno.test("malformed datagrams are answered 400 or 505, or dropped, and never reach SIP.js", async () => {
  const server = new RawUserAgent();
  const { port } = await server.layer.listen("udp", loopback);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port };
  const reply = async (text: string | Uint8Array) => {
    await socket.send(typeof text === "string" ? new TextEncoder().encode(text) : text, to);
    const [bytes] = await socket.receive();
    return new TextDecoder().decode(bytes).split("\r\n", 1)[0];
  };
  const request = rawRequest({ method: "OPTIONS", uri: "sip:x@h" });
  try {
    await socket.send(crypto.getRandomValues(new Uint8Array(500)), to);
    await socket.send(new TextEncoder().encode("\r\n\r\n"), to);
    await socket.send(
      new TextEncoder().encode(request.replace(/^OPTIONS.*/, "SIP/2.0 200 OK")),
      to,
    );
    assert.match(await reply(request.replace(/^(.*) SIP\/2\.0/, "$1 SIP/7.0")), /^SIP\/2\.0 505/);
    assert.match(
      await reply(request.replace(/CSeq: .*\r\n/, "")),
      /^SIP\/2\.0 400 Bad Request .*CSeq/,
    );
    assert.match(await reply(request.replace("sip:x@h", "isbn:2983792873")), /^SIP\/2\.0 416/);
    assert.deepEqual(server.received, []);
    const rejected = server.events.filter((event) => event.type === "message-rejected");
    assert.deepEqual(rejected.map(({ status }) => status), [undefined, undefined, 505, 400, 416]);
  } finally {
    socket.close();
    await server.close();
  }
});

Deno.test("what SIP.js throws on is answered 500", async () => {
  const server = new RawUserAgent();
  server.layer.onMessage = () => {
    throw new Error("PRACK out of the blue");
  };
  const { port } = await server.layer.listen("udp", loopback);
  const client = new RawUserAgent();
  try {
    const { message } = await client.ask({ method: "PRACK", uri: `sip:x@127.0.0.1:${port}` });
    assert.equal(message.status, 500);
    assert(
      server.events.some((event) =>
        event.type === "message-rejected" && event.reason.includes("out of the blue")
      ),
    );
  } finally {
    await client.close();
    await server.close();
  }
});

Deno.test("pings on a connection get their pong", async () => {
  const server = new RawUserAgent();
  const { port } = await server.layer.listen("tcp", loopback);
  try {
    const socket = net.connect(port, "127.0.0.1");
    const pong = new Promise<string>((resolve) =>
      socket.once("data", (data) => resolve(String(data)))
    );
    socket.write("\r\n\r\n");
    assert.equal(await pong, "\r\n");
    socket.destroy();
  } finally {
    await server.close();
  }
});

for (const transport of ["tcp", "ws"] as const) {
  Deno.test(`${transport}: a peer that stops answering keepalives is given up`, async () => {
    const server = new RawUserAgent();
    const { port } = await server.layer.listen(transport, loopback);
    // The relay goes silent, as a NAT that forgot the connection does.
    let silent = false;
    const sockets: net.Socket[] = [];
    const relay = net.createServer((left) => {
      const right = net.connect(port, "127.0.0.1");
      sockets.push(left, right);
      left.on("data", (data) => silent || right.write(data)).on("error", () => {});
      right.on("data", (data) => silent || left.write(data)).on("error", () => {});
    });
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    const at = relay.address() as net.AddressInfo;
    const client = new RawUserAgent({
      nextHop: { server: `127.0.0.1:${at.port}`, transport },
      keepaliveMs: 2000,
      clock: hasty(40),
    });
    try {
      await client.layer.connect();
      await new Promise((resolve) => setTimeout(resolve, 120));
      assert.equal(client.events.some((event) => event.type === "next-hop-lost"), false);
      silent = true;
      const { error } = await client.event("next-hop-lost");
      assert.match(error!.message, /no longer answers/);
    } finally {
      await client.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
      await server.close();
    }
  });
}
