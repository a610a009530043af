/** What strangers and odd peers send to a listener: pages, garbage, malformed messages, pings. */
import assert from "node:assert/strict";
import net from "node:net";
import { answer } from "../../../src/sip/message/answer.ts";
import { rawRequest, RawUserAgent } from "../../fakes/raw_user_agent.ts";

const loopback = { host: "127.0.0.1", port: 0 };

/** A clock whose timers run so many times faster. */
function hasty(factor: number) {
  return {
    now: () => performance.now() * factor,
    setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms / factor),
    clearTimeout: (handle: unknown) => clearTimeout(handle as number),
  };
}

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
