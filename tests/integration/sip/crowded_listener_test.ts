/** Peers that take all connections there are, or hold one for nothing: others get in all the same. */
import assert from "node:assert/strict";
import net from "node:net";
import tls from "node:tls";
import { WebSocket } from "ws";
import type { TransportName } from "../../../src/core/account/account.ts";
import { issueCertificate } from "../../../src/lab/issue_certificate.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description, Phone } from "./phone.ts";
import { RawMessage, sdp } from "./raw_peer.ts";

type Connected = Exclude<TransportName, "udp">;
const TRANSPORTS: Connected[] = ["tcp", "tls", "ws", "wss"];
const PER_SOURCE = 32;
const IN_ALL = 256;

const day = 86_400_000;
const certificate = issueCertificate({
  commonName: "phone",
  names: ["127.0.0.1"],
  validFrom: Date.now() - day,
  validTo: Date.now() + day,
});

/** One connection of a peer: what it sends and hears, and whether it still stands. */
class Client {
  heard = "";
  isClosed = false;
  readonly #waiting = new Set<() => void>();

  private constructor(readonly send: (text: string) => void, readonly end: () => void) {}

  static tcp(port: number, from: string): Promise<Client> {
    const socket = net.connect({ host: "127.0.0.1", port, localAddress: from });
    const client = new Client((text) => socket.write(text), () => socket.destroy());
    return client.#follow(socket, "connect");
  }

  static open(transport: Connected, port: number, from = "127.0.0.1"): Promise<Client> {
    const at = { host: "127.0.0.1", port, localAddress: from };
    if (transport === "tcp") return Client.tcp(port, from);
    if (transport === "tls") {
      const socket = tls.connect({ ...at, rejectUnauthorized: false });
      const client = new Client((text) => socket.write(text), () => socket.destroy());
      return client.#follow(socket, "secureConnect");
    }
    const url = `${transport}://127.0.0.1:${port}`;
    const socket = new WebSocket(url, ["sip"], { localAddress: from, rejectUnauthorized: false });
    const client = new Client((text) => socket.send(text), () => socket.terminate());
    socket.on("message", (data) => client.#hear(String(data)));
    return client.#follow(socket, "open");
  }

  #follow(socket: net.Socket | WebSocket, event: string): Promise<Client> {
    const emitter = socket as net.Socket;
    if (emitter instanceof net.Socket) emitter.on("data", (data) => this.#hear(String(data)));
    return new Promise((resolve) => {
      emitter.once(event, () => resolve(this));
      emitter.on("error", () => {});
      emitter.once("close", () => {
        this.isClosed = true;
        this.#wake();
        resolve(this);
      });
    });
  }

  #hear(text: string): void {
    this.heard += text;
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async until(holds: (client: Client) => boolean): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!holds(this)) {
      assert.ok(performance.now() < deadline, `in vain: ${this.heard.slice(-300)}`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 200);
        this.#waiting.add(done);
      });
    }
  }
}

let count = 0;

function request(method: string, transport: string, more: string[] = [], body = ""): string {
  const id = ++count;
  return [
    `${method} sip:alice@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} c.invalid;branch=z9hG4bK${id};rport`,
    "From: <sip:p@c.invalid>;tag=f",
    "To: <sip:alice@127.0.0.1>",
    `Call-ID: crowd${id}`,
    `CSeq: 1 ${method}`,
    "Contact: <sip:p@c.invalid>",
    "Max-Forwards: 70",
    ...more,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}

/** OPTIONS, and its 200. */
async function asks(client: Client, transport: string): Promise<void> {
  const before = client.heard.length;
  client.send(request("OPTIONS", transport));
  await client.until(({ heard }) => heard.slice(before).includes("SIP/2.0 200"));
}

interface Scene {
  phone: Phone;
  port: number;
  clock: VirtualClock;
  /** Ended with the scene. */
  open(from?: string): Promise<Client>;
  half(text: string, from?: string): Promise<Client>;
}

async function withListener(
  transport: Connected,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const phone = new Phone({ clock, transport: { keepaliveMs: 0 } });
  const place = { host: "127.0.0.1", port: 0 };
  const { port } = await phone.agent.listen(transport, place, { tls: certificate });
  const clients: Client[] = [];
  const keep = (client: Client) => {
    clients.push(client);
    return client;
  };
  try {
    await run({
      phone,
      port,
      clock,
      open: async (from) => keep(await Client.open(transport, port, from)),
      half: async (text, from = "127.0.0.1") => {
        const client = keep(await Client.tcp(port, from));
        if (text !== "") client.send(text);
        return client;
      },
    });
  } finally {
    for (const client of clients) client.end();
    const stopped = phone.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(10_000);
    await stopped;
  }
}

const open = (clients: Client[]) => clients.filter((client) => !client.isClosed).length;

for (const transport of TRANSPORTS) {
  Deno.test(`${transport}: idle connections of one source lock nobody out`, async () => {
    await withListener(transport, async ({ open: connect, half }) => {
      const other = await connect("127.0.0.2");
      await asks(other, transport);
      const idle: Client[] = [];
      for (let index = 0; index < 3 * PER_SOURCE; index++) idle.push(await half(""));
      const late = await connect();
      await asks(late, transport);
      await asks(other, transport);
      await idle[0].until(() => open(idle) < PER_SOURCE);
      assert.equal(open(idle), PER_SOURCE - 1, "the late one is of the same source");
    });
  });
}

Deno.test("idle connections of many sources lock nobody out", async () => {
  await withListener("tcp", async ({ open: connect }) => {
    const idle: Client[] = [];
    for (let source = 10; source < 40; source++) {
      for (let index = 0; index < 12; index++) idle.push(await connect(`127.0.0.${source}`));
    }
    const late = await connect("127.0.0.99");
    await asks(late, "tcp");
    await idle[0].until(() => open(idle) < IN_ALL);
    assert.equal(open(idle), IN_ALL - 1);
  });
});

const HALVES: [transport: Connected, name: string, text: string][] = [
  ["tcp", "nothing", ""],
  ["tcp", "half a message", "OPTIONS sip:alice@127.0.0.1 SIP/2.0\r\nVia: "],
  ["tcp", "keepalives alone", "\r\n\r\n"],
  ["tls", "nothing", ""],
  ["tls", "half a TLS hello", "\x16\x03\x01\x02\x00\x01"],
  ["ws", "half an HTTP request", "GET / HTTP/1.1\r\nHost: x\r\n"],
  ["wss", "nothing", ""],
];

for (const [transport, name, text] of HALVES) {
  Deno.test(`${transport}: a connection that says ${name} is closed after half a minute`, async () => {
    await withListener(transport, async ({ half, clock }) => {
      const client = await half(text);
      await new Promise((resolve) => setTimeout(resolve, 50));
      clock.advance(29_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(!client.isClosed);
      clock.advance(6_000);
      await client.until(({ isClosed }) => isClosed);
    });
  });
}

for (const transport of TRANSPORTS) {
  Deno.test(`${transport}: a silent connection is closed after five minutes`, async () => {
    await withListener(transport, async ({ open: connect, clock }) => {
      const client = await connect();
      await asks(client, transport);
      clock.advance(299_000);
      await asks(client, transport);
      clock.advance(306_000);
      await client.until(({ isClosed }) => isClosed);
    });
  });
}

Deno.test("keepalives keep a connection, for hours", async () => {
  await withListener("tcp", async ({ open: connect, clock }) => {
    const client = await connect();
    await asks(client, "tcp");
    for (let ping = 0; ping < 90; ping++) {
      const before = client.heard.length;
      client.send("\r\n\r\n");
      await client.until(({ heard }) => heard.length > before);
      clock.advance(120_000);
    }
    await asks(client, "tcp");
  });
});

Deno.test("a message that trickles in for half a minute ends its connection", async () => {
  await withListener("tcp", async ({ open: connect, clock }) => {
    const client = await connect();
    await asks(client, "tcp");
    client.send("OPTIONS sip:alice@127.0.0.1 SIP/2.0\r\n");
    for (let piece = 0; piece < 40 && !client.isClosed; piece++) {
      client.send("a");
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.advance(1_000);
    }
    await client.until(({ isClosed }) => isClosed);
  });
});

Deno.test("the connection of a call stays, however silent and however many others come", async () => {
  await withListener("tcp", async ({ phone, open: connect, half, clock }) => {
    const caller = await connect();
    const body = sdp(7000);
    const invite = request("INVITE", "tcp", ["Content-Type: application/sdp"], body);
    caller.send(invite);
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendAccept", call, description: description(4000) });
    await caller.until(({ heard }) => heard.includes("SIP/2.0 200"));
    const ok = caller.heard.slice(caller.heard.lastIndexOf("SIP/2.0 200"));
    const answered = new RawMessage(ok, { port: 0 });
    const tag = answered.tag("to");
    const inDialog = (method: string, cseq: number) =>
      invite.split("\r\n\r\n")[0].replaceAll("INVITE", method)
        .replace("CSeq: 1", `CSeq: ${cseq}`).replace("branch=", `branch=z9hG4bK${method}`)
        .replace("To: <sip:alice@127.0.0.1>", `To: <sip:alice@127.0.0.1>;tag=${tag}`)
        .replace(/\r\nContent-Type: [^\r]*/, "")
        .replace(/Content-Length: \d+/, "Content-Length: 0") + "\r\n\r\n";
    caller.send(inDialog("ACK", 1));
    await phone.next("CallConfirmed");
    clock.advance(600_000);
    for (let index = 0; index < 2 * PER_SOURCE; index++) await half("");
    assert.ok(!caller.isClosed);
    caller.send(inDialog("BYE", 2));
    await phone.next("CallEnded");
    await caller.until(({ heard }) => /CSeq: 2 BYE/.test(heard));
    clock.advance(306_000);
    await caller.until(({ isClosed }) => isClosed);
  });
});

Deno.test("a peer that never reads is given up, others are answered", async () => {
  await withListener("tcp", async ({ open: connect, port }) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    let closed = false;
    socket.on("error", () => {}).on("close", () => closed = true).pause();
    const filling = `X: ${"x".repeat(20_000)}`;
    const deadline = performance.now() + 20_000;
    while (!closed && performance.now() < deadline) {
      const via = `Via: SIP/2.0/TCP h.invalid;branch=z9hG4bK${"v".repeat(20_000)}${count}`;
      // Of these each is answered: OPTIONS of a stranger are, at so many a second.
      const sent = request("BYE", "tcp", [filling]).replace("\r\n", `\r\n${via}\r\n`);
      if (!socket.write(sent)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    socket.destroy();
    assert.ok(closed, "it was never given up");
    await asks(await connect(), "tcp");
  });
});

Deno.test("WebSocket pings that nobody reads the answers of, and fragments without end", async () => {
  await withListener("ws", async ({ open: connect, port }) => {
    const upgrade = [
      "GET / HTTP/1.1",
      "Host: x",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: sip",
      "",
      "",
    ].join("\r\n");
    const frames: [name: string, frame: Uint8Array][] = [
      ["pings", new Uint8Array([0x89, 0xfd, 0, 0, 0, 0, ...new Uint8Array(125)])],
      ["fragments", new Uint8Array([0x00, 0x81, 0, 0, 0, 0, 97])],
    ];
    for (const [name, frame] of frames) {
      const socket = net.connect({ host: "127.0.0.1", port });
      let closed = false;
      socket.on("error", () => {}).on("close", () => closed = true);
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write(upgrade);
      await new Promise((resolve) => socket.once("data", resolve));
      socket.pause();
      if (name === "fragments") socket.write(new Uint8Array([0x01, 0x80, 0, 0, 0, 0]));
      const many = new Uint8Array(1_000 * frame.length);
      for (let index = 0; index < 1_000; index++) many.set(frame, index * frame.length);
      const deadline = performance.now() + 20_000;
      while (!closed && performance.now() < deadline) {
        if (!socket.write(many)) await new Promise((resolve) => setTimeout(resolve, 1));
        if (name === "fragments") socket.resume();
      }
      socket.destroy();
      assert.ok(closed, `${name} were taken without end`);
      await asks(await connect(), "ws");
    }
  });
});
