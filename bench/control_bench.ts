/** The control API over its Unix socket: one request, and a client that comes, asks and goes. */
import { WebSocket } from "ws";
import { LocalPhone } from "../src/control/local/local_phone.ts";
import { ControlServer } from "../src/control/server/server.ts";
import { agreeableCore } from "../tests/fakes/agreeable_core.ts";

const core = agreeableCore();
const server = await ControlServer.start({
  phone: new LocalPhone(core, () => Promise.resolve()),
  station: { name: "bench", version: "0", pid: Deno.pid },
  listen: { kind: "unix", path: `${await Deno.makeTempDir()}/control.sock` },
  log: () => {},
});

function ask(socket: WebSocket, method: string, params = {}): Promise<void> {
  return new Promise((resolve) => {
    socket.once("message", () => resolve());
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  });
}

async function connect(): Promise<WebSocket> {
  const socket = new WebSocket(`ws+unix://${server.address}:/`);
  await new Promise((resolve) => socket.once("open", resolve));
  await ask(socket, "initialize", { version: 1 });
  return socket;
}

const open = await connect();
const crowd = await Promise.all(Array.from({ length: 100 }, connect));

Deno.bench("status over an open connection", { group: "control" }, async () => {
  await ask(open, "status");
});

Deno.bench("status by each of a hundred clients at once", { group: "control" }, async () => {
  await Promise.all(crowd.map((socket) => ask(socket, "status")));
});

Deno.bench("connect, status, close", { group: "control" }, async () => {
  const socket = await connect();
  await ask(socket, "status");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
});
