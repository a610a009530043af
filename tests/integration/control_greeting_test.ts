/** Clients that never say who they are, or never listen: let go, bounded, and told without a flood. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import { ClientConnection, type Wire } from "../../src/control/server/client_connection.ts";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { RefusalLog } from "../../src/control/server/refusal_log.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { ControlServer, Listen } from "../../src/control/server/server.ts";
import { issueCertificate } from "../../src/lab/issue_certificate.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";
import { servedCore } from "../fakes/served_core.ts";
import { VirtualClock } from "../fakes/virtual_clock.ts";

/** For a server whose limits are waited for, and for one where they must not matter. */
const SHORT_MS = 300, LONG_MS = 600_000;
const TOKEN = "viewer-viewer-viewer";
const TCP: Extract<Listen, { kind: "tcp" }> = {
  kind: "tcp",
  host: "127.0.0.1",
  port: 0,
  tokens: new Map([[TOKEN, "viewer"]]),
};

/** Nobody is too slow for it. */
const serve = (listen: Listen, run: Parameters<typeof servedCore>[1], clock?: VirtualClock) =>
  servedCore({ listen, helloMs: LONG_MS, ...(clock === undefined ? {} : { clock }) }, run);

const portOf = ({ address }: ControlServer) => Number(address.slice(address.lastIndexOf(":") + 1));

const closed = (socket: Socket | WebSocket) =>
  new Promise<number>((resolve) => socket.once("close", (code: number) => resolve(code)));

async function opened(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

Deno.test("a client that never says initialize is ended, and told why", () => {
  const clock = new VirtualClock();
  return serve(TCP, async (server, log) => {
    const silent = await opened(`ws://${server.address}`);
    const chatty = await opened(`ws://${server.address}`);
    chatty.send('{"jsonrpc":"2.0","id":1,"method":"status"}');
    const polite = await RemotePhone.connect({ address: `ws://${server.address}`, token: TOKEN });
    const gone = Promise.all([closed(silent), closed(chatty)]);
    clock.advance(LONG_MS);
    assert.deepEqual(await gone, [1008, 1008]);
    await polite.request("status", {});
    await polite.close();
    assert.equal(log.filter((line) => /did not say initialize/.test(line)).length, 1);
  }, clock);
});

Deno.test("half an HTTP request holds no connection", () =>
  servedCore({ listen: TCP, helloMs: SHORT_MS }, async (server) => {
    const half = connect(portOf(server), "127.0.0.1");
    half.write("GET / HTTP/1.1\r\nHost: x\r\n");
    half.on("error", () => {});
    await closed(half.resume());
  }));

Deno.test("a plain HTTP request is told what is spoken here", () =>
  serve(TCP, async (server) => {
    const page = await fetch(`http://${server.address}/`);
    await page.body?.cancel();
    assert.equal(page.status, 426);
  }));

function secured(): Listen {
  const span = { validFrom: Date.now() - 60_000, validTo: Date.now() + 3_600_000 };
  const issuer = issueCertificate({ commonName: "test CA", isAuthority: true, ...span });
  const tls = issueCertificate({ commonName: "s", names: ["127.0.0.1"], issuer, ...span });
  return { ...TCP, tls };
}

Deno.test("a TLS handshake that never comes holds no connection", () =>
  servedCore({ listen: secured(), helloMs: SHORT_MS }, async (server) => {
    const silent = connect(portOf(server), "127.0.0.1");
    silent.on("error", () => {});
    await closed(silent.resume());
  }));

Deno.test("strangers over TCP are few, whoever has said who they are stays", () => {
  const clock = new VirtualClock();
  return serve(TCP, async (server, log) => {
    const known = await RemotePhone.connect({ address: `ws://${server.address}`, token: TOKEN });
    const tries = await Promise.allSettled(
      Array.from({ length: 60 }, () => opened(`ws://${server.address}`)),
    );
    const strangers = tries.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
    const next = await RemotePhone.connect({ address: `ws://${server.address}`, token: TOKEN });
    const open = strangers.filter(({ readyState }) => readyState === WebSocket.OPEN);
    assert.ok(open.length <= 32, `${open.length} strangers`);
    await known.request("status", {});
    const gone = Promise.all(open.map(closed));
    clock.advance(LONG_MS);
    await gone;
    await Promise.all([next.close(), known.close()]);
    assert.ok(log.length < 10, log.join("\n"));
  }, clock);
});

Deno.test("silent TCP connections, however many, keep no client out", () =>
  serve(TCP, async (server, log) => {
    const silent = Array.from({ length: 600 }, () => {
      const socket = connect(portOf(server), "127.0.0.1");
      socket.on("error", () => {});
      return socket.resume();
    });
    const gone = silent.map(closed);
    // The oldest make way; nobody has to wait until the others have run out of time.
    await Promise.all(gone.slice(0, 500));
    const client = await RemotePhone.connect({ address: `ws://${server.address}`, token: TOKEN });
    await client.request("status", {});
    await client.close();
    for (const socket of silent) socket.destroy();
    await Promise.all(gone);
    assert.ok(log.length < 10, log.join("\n"));
  }));

Deno.test("nonsense is logged once, shortened, and counted", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/run/control.sock`;
  await serve({ kind: "unix", path }, async (server, log) => {
    const rude = await opened(`ws+unix://${path}:/`);
    rude.send('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"version":1}}');
    for (let count = 0; count < 500; count++) {
      rude.send(
        count % 2 === 0 ? "{" : JSON.stringify({ id: 1, method: `${count}`.repeat(9_999) }),
      );
    }
    const answers: string[] = [];
    await new Promise<void>((resolve, reject) => {
      rude.on("message", (data) => answers.push(String(data)) === 501 && resolve());
      rude.on("close", (code) => reject(new Error(`${code} after ${answers.length} answers`)));
    });
    const gone = closed(rude);
    rude.close();
    await gone;
    assert.ok(answers.every((answer) => answer.length < 1_500));
    assert.ok(log.length <= 20, `${log.length} lines`);
    assert.ok(log.every((line) => line.length < 300));
    await server.close();
    assert.match(log.at(-1)!, /^control: 4\d\d more refusals like these$/);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the minute of a refusal log is a minute", () => {
  let now = 0;
  const lines: string[] = [];
  const log = new RefusalLog((text) => lines.push(text), () => now);
  log.add("a");
  log.add("a");
  now = 59_999;
  log.add("a");
  now = 60_000;
  log.add("a");
  assert.deepEqual(lines, ["control: a", "control: 2 more refusals like these", "control: a"]);
});

Deno.test("who asks and never reads is ended", async () => {
  const core = agreeableCore();
  let ended = 0;
  const wire: Wire = { send() {}, pending: 17 << 20, end: () => ended++ };
  const log: string[] = [];
  const connection = new ClientConnection({
    phone: new LocalPhone(core, () => Promise.resolve()),
    wire,
    station: { name: "t", version: "0", pid: 1 },
    roleOf: () => "viewer",
    log: (text) => log.push(text),
  });
  await connection.receive('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"version":1}}');
  assert.equal(ended, 1);
  assert.match(log[0]!, /asks and does not read/);
  connection.close();
  core.close();
});

Deno.test("a connection that nobody speaks on does not keep a station from ending", async () => {
  for (const listen of [TCP, secured()]) {
    await serve(listen, async (server) => {
      const silent = connect(portOf(server), "127.0.0.1");
      await new Promise((resolve) => silent.once("connect", resolve));
      silent.on("error", () => {});
    });
  }
});
