/** What clients do wrong: refused clearly, logged, and the phone goes on. */
import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { WebSocket } from "ws";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { ClientConnection, type Wire } from "../../src/control/server/client_connection.ts";
import { MAX_MESSAGE_BYTES } from "../../src/control/wire/protocol.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { Role } from "../../src/base/names/role.ts";
import { ControlServer, type Listen } from "../../src/control/server/server.ts";
import { OffhookError } from "../../src/base/errors.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";

interface Scene {
  server: ControlServer;
  path: string;
  log: string[];
}

async function withServer(
  run: (scene: Scene) => Promise<void>,
  listen?: (path: string) => Listen,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/run/control.sock`;
  const core = agreeableCore();
  const log: string[] = [];
  const server = await ControlServer.start({
    phone: new LocalPhone(core, () => Promise.resolve()),
    station: { name: "test", version: "0", pid: 1 },
    listen: listen?.(path) ?? { kind: "unix", path },
    log: (text) => log.push(text),
  });
  try {
    await run({ server, path, log });
  } finally {
    await server.close();
    core.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A connection without a socket: what is answered to what is said. */
async function converse(role: Role | undefined, ...messages: string[]): Promise<unknown[]> {
  const core = agreeableCore();
  const answers: unknown[] = [];
  const wire: Wire = { send: (text) => answers.push(JSON.parse(text)), pending: 0, end() {} };
  const phone = new LocalPhone(core, () => Promise.resolve());
  const station = { name: "t", version: "0", pid: 1 };
  const connection = new ClientConnection({
    phone,
    wire,
    station,
    roleOf: () => role,
    log: () => {},
  });
  for (const message of messages) await connection.receive(message);
  connection.close();
  core.close();
  return answers;
}

const HELLO = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { version: 1 },
});

const request = (method: string, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id: 2, method, params });

Deno.test("nonsense gets the JSON-RPC error that says what it is", async () => {
  const table: [string, number, RegExp][] = [
    ["{", -32700, /not JSON/],
    ["[]", -32600, /object/],
    ["null", -32600, /object/],
    ['{"id": 1}', -32600, /method/],
    ['{"id": {}, "method": "status"}', -32600, /id/],
    [request("nope"), -32601, /"nope".*status/],
    [request("constructor"), -32601, /"constructor"/],
    [request("hangup", {}), -32602, /call/],
    [request("hangup", { call: 7 }), -32602, /call/],
    [request("hangup", { call: "a", extra: 1 }), -32602, /extra/],
    [request("hangup", "a"), -32602, /object/],
    [request("hangup", { call: "a" }), -32000, /no call "a"/],
    [request("subscribe", { since: "x" }), -32602, /since/],
  ];
  for (const [message, code, text] of table) {
    const [, answer] = await converse("admin", HELLO, message) as { error: RpcFault }[];
    assert.equal(answer.error.code, code, message);
    assert.match(answer.error.message, text);
  }
});

interface RpcFault {
  code: number;
  message: string;
  data?: { code: string };
}

Deno.test("nothing is done before initialize, for another version, or without a role", async () => {
  const [early] = await converse("admin", request("status")) as { error: RpcFault }[];
  assert.match(early.error.message, /initialize/);
  const other = HELLO.replace('"version":1', '"version":99');
  const [version] = await converse("admin", other) as { error: RpcFault }[];
  assert.equal(version.error.data?.code, "station-refused");
  const [stranger] = await converse(undefined, HELLO) as { error: RpcFault }[];
  assert.equal(stranger.error.data?.code, "station-refused");
});

Deno.test("a role may do what its methods name and no more", async () => {
  const [, look] = await converse("viewer", HELLO, request("status")) as { result: unknown }[];
  assert.ok(look.result);
  const table: [Role, string, unknown][] = [
    ["viewer", "dial", { target: "sip:a@b" }],
    ["operator", "unregister", { account: "desk" }],
    ["supervisor", "register", { account: "desk" }],
  ];
  for (const [role, method, params] of table) {
    const [, answer] = await converse(role, HELLO, request(method, params)) as {
      error: RpcFault;
    }[];
    assert.equal(answer.error.data?.code, "station-refused", `${role} ${method}`);
  }
});

Deno.test("a client that does not read is told that it lagged, and loses no answer", async () => {
  const core = agreeableCore();
  const sent: { id?: number; method?: string; params?: { type: string; dropped?: number } }[] = [];
  let pending = 0;
  const wire: Wire = {
    send: (text) => sent.push(JSON.parse(text)),
    get pending() {
      return pending;
    },
    end() {},
  };
  const connection = new ClientConnection({
    phone: new LocalPhone(core, () => Promise.resolve()),
    wire,
    station: { name: "t", version: "0", pid: 1 },
    roleOf: () => "admin",
    log: () => {},
  });
  await connection.receive(HELLO);
  await connection.receive(request("subscribe"));
  pending = 1 << 20;
  for (let index = 0; index < 10; index++) {
    await connection.receive(request("doNotDisturb", { on: true }));
  }
  pending = 0;
  await connection.receive(request("doNotDisturb", { on: false }));
  await new Promise((resolve) => setTimeout(resolve));
  const lagged = sent.filter((message) => message.params?.type === "lagged");
  assert.equal(lagged.length, 1);
  assert.ok((lagged[0].params?.dropped ?? 0) >= 9);
  assert.equal(sent.filter((message) => message.id === 2).length, 12);
  connection.close();
  core.close();
});

Deno.test("the socket is its owner's alone", () =>
  withServer(async ({ path }) => {
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    assert.equal(Deno.statSync(path.replace("/control.sock", "")).mode! & 0o777, 0o700);
    await Promise.resolve();
  }));

Deno.test("a web page is refused, a program is not", () =>
  withServer(async ({ path, log }) => {
    const page = new WebSocket(`ws+unix://${path}:/`, { origin: "https://evil.example" });
    const refused = await new Promise<Error>((resolve) => page.once("error", resolve));
    assert.match(refused.message, /403/);
    assert.ok(log.some((line) => line.includes("evil.example")));
    const program = await RemotePhone.connect({ address: path });
    await program.close();
  }));

Deno.test("a huge message ends its own connection and nothing else", () =>
  withServer(async ({ path }) => {
    const other = await RemotePhone.connect({ address: path });
    const rude = new WebSocket(`ws+unix://${path}:/`);
    await new Promise((resolve) => rude.once("open", resolve));
    rude.on("error", () => {});
    const closed = new Promise<number>((resolve) => rude.once("close", resolve));
    rude.send("x".repeat(MAX_MESSAGE_BYTES + 1));
    assert.equal(await closed, 1009);
    assert.deepEqual((await other.request("status", {})).calls, []);
    await other.close();
  }));

Deno.test("bytes that are no HTTP, and half-open connections, leave the phone alone", () =>
  withServer(async ({ path }) => {
    const garbage = createConnection(path);
    await new Promise((resolve) => garbage.once("connect", resolve));
    garbage.write("\x00\xff garbage \r\n\r\n");
    const half = createConnection(path);
    await new Promise((resolve) => half.once("connect", resolve));
    half.write("GET / HTTP/1.1\r\n");
    const phone = await RemotePhone.connect({ address: path });
    assert.deepEqual((await phone.request("status", {})).calls, []);
    await phone.close();
    garbage.destroy();
    half.destroy();
  }));

Deno.test("a second station is told; a stale socket file is taken over", async () => {
  await withServer(async ({ path }) => {
    await assert.rejects(
      withServer(() => Promise.resolve(), () => ({ kind: "unix", path })),
      (error: unknown) =>
        error instanceof OffhookError && error.code === "station-refused" &&
        error.message.includes(path),
    );
  });
  const folder = await Deno.makeTempDir();
  const path = `${folder}/control.sock`;
  // A listener that dies without a word leaves its file behind.
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `Deno.listen({transport: "unix", path: "${path}"}); Deno.kill(Deno.pid, "SIGKILL")`,
    ],
  });
  await child.output();
  assert.ok(Deno.statSync(path).isSocket);
  await withServer(async () => {
    const phone = await RemotePhone.connect({ address: path });
    await phone.close();
  }, () => ({ kind: "unix", path }));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("TCP asks for a token and for TLS beyond loopback", async () => {
  const tokens = new Map<string, Role>([["secret", "viewer"]]);
  const tcp = (host: string) => (): Listen => ({ kind: "tcp", host, port: 0, tokens });
  await withServer(async ({ server }) => {
    const address = `ws://${server.address}`;
    const phone = await RemotePhone.connect({ address, token: "secret" });
    assert.equal(phone.hello.role, "viewer");
    await phone.close();
    await assert.rejects(RemotePhone.connect({ address, token: "guess" }), /token/);
  }, tcp("127.0.0.1"));
  await assert.rejects(withServer(() => Promise.resolve(), tcp("0.0.0.0")), /needs TLS/);
});

Deno.test("requests that wait when the station dies are rejected with no-station", () =>
  withServer(async ({ server, path }) => {
    const phone = await RemotePhone.connect({ address: path });
    await server.close();
    await assert.rejects(
      phone.request("status", {}),
      (error: unknown) => error instanceof OffhookError && error.code === "no-station",
    );
    assert.equal((await phone.closed)?.code, "no-station");
  }));

Deno.test("a station that accepts and says nothing is given up", async () => {
  const path = `${await Deno.makeTempDir()}/control.sock`;
  const silent = Deno.listen({ transport: "unix", path });
  await assert.rejects(
    RemotePhone.connect({ address: path, deadlineMs: 100 }),
    (error: unknown) => error instanceof OffhookError && error.code === "no-station",
  );
  silent.close();
});
