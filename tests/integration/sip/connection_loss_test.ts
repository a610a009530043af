/** What a lost TCP connection does to calls and registration, against a server written by hand. */
import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { Phone } from "./phone.ts";
import { RawMessage, sdp } from "./raw_peer.ts";

/** A SIP server over TCP: one connection at a time, every request kept. */
class TcpServer {
  readonly requests: RawMessage[] = [];
  readonly connections: Socket[] = [];
  #wake: (() => void) | undefined;

  private constructor(readonly server: Server, readonly port: number) {
    server.on("connection", (socket) => {
      this.connections.push(socket);
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        for (const text of new TextDecoder().decode(bytes).split(/(?=^[A-Z]+ sips?:)/m)) {
          if (text.trim() === "") continue;
          this.requests.push(new RawMessage(text, { port: 0 }));
          this.#wake?.();
        }
      });
    });
  }

  static listen(): Promise<TcpServer> {
    const server = createServer();
    return new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        assert.ok(address !== null && typeof address === "object");
        resolve(new TcpServer(server, address.port));
      })
    );
  }

  async next(method: string): Promise<RawMessage> {
    for (let round = 0; round < 100; round++) {
      const index = this.requests.findIndex((request) => request.kind === method);
      if (index !== -1) return this.requests.splice(index, 1)[0];
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, 50);
      });
      clearTimeout(timer);
    }
    throw new Error(`no ${method} came`);
  }

  reply(request: RawMessage, status: number, headers: string[] = [], body = ""): void {
    const tag = /;tag=/.test(request.header("to")) ? "" : ";tag=server";
    const lines = [
      `SIP/2.0 ${status} Reason`,
      ...request.headers("via").map((via) => `Via: ${via}`),
      `From: ${request.header("from")}`,
      `To: ${request.header("to")}${tag}`,
      `Call-ID: ${request.header("call-id")}`,
      `CSeq: ${request.header("cseq")}`,
      `Contact: <sip:server@127.0.0.1:${this.port};transport=tcp>`,
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      ...headers,
      `Content-Length: ${body.length}`,
      "",
      body,
    ];
    this.connections.at(-1)!.write(lines.join("\r\n"));
  }

  close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

Deno.test("a lost connection keeps the call, comes back, and registers again within a second", async () => {
  const server = await TcpServer.listen();
  const phone = new Phone({
    account: { server: `127.0.0.1:${server.port}`, transport: "tcp", register: true },
  });
  try {
    phone.agent.start();
    assert.equal((await phone.next("ConnectionChanged")).connected, true);
    phone.do({ type: "Register", account: "test" });
    server.reply(await server.next("REGISTER"), 200);
    phone.dial("c", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 200, [], sdp(7000));
    await phone.next("CallAccepted");
    await server.next("ACK");

    const lostAt = Date.now();
    server.connections[0].destroy();
    assert.equal((await phone.next("ConnectionChanged")).connected, false);
    assert.equal((await phone.next("ConnectionChanged")).connected, true);
    server.reply(await server.next("REGISTER"), 200);
    assert.ok(Date.now() - lostAt < 1_000, "registered again too late");
    assert.ok(!phone.inputs.some((input) => input.type === "CallEnded"));

    // Hung up in the moment without connection: the BYE waits for the next one.
    server.connections[1].destroy();
    assert.equal((await phone.next("ConnectionChanged")).connected, false);
    phone.do({ type: "SendBye", call: "c" });
    server.reply(await server.next("BYE"), 200);
    assert.equal((await phone.next("CallEnded")).by, "local");
  } finally {
    await phone.stop();
    await server.close();
  }
});
