/** Servers that serve SIP over WebSocket at a path, as Asterisk and FreePBX do at /ws. */
import assert from "node:assert/strict";
import http from "node:http";
import { WebSocketServer } from "ws";
import { Phone } from "./phone.ts";
import { RawMessage } from "./raw_peer.ts";

Deno.test("a registration goes to the path of the WebSocket's URL, for the domain of its host", async () => {
  const server = http.createServer();
  const sockets = new WebSocketServer({ server, path: "/ws", handleProtocols: () => "sip" });
  const register = Promise.withResolvers<RawMessage>();
  sockets.on("connection", (socket) => {
    socket.on("message", (data) => register.resolve(new RawMessage(String(data), { port: 0 })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const outboundProxy = `ws://127.0.0.1:${port}/ws`;
  const phone = new Phone({
    account: { server: "127.0.0.1", outboundProxy, transport: "ws", register: true },
  });
  phone.agent.start();
  phone.do({ type: "Register", account: "test" });
  const request = await register.promise;
  assert.equal(request.uri, "sip:127.0.0.1");
  assert.equal(request.header("to"), "<sip:alice@127.0.0.1>");
  const stopped = phone.stop();
  for (const socket of sockets.clients) socket.terminate();
  await stopped;
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("a wrong path is said, with what to check", async () => {
  const server = http.createServer();
  const sockets = new WebSocketServer({ server, path: "/ws", handleProtocols: () => "sip" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const phone = new Phone({
    account: { server: "127.0.0.1", outboundProxy: `ws://127.0.0.1:${port}`, transport: "ws" },
  });
  phone.agent.start();
  const { connected, error } = await phone.next("ConnectionChanged");
  assert.equal(connected, false);
  assert.match(`${error?.message} ${error?.hint}`, /served at \/ of that port.*\/ws/);
  await phone.stop();
  sockets.close();
  await new Promise((resolve) => server.close(resolve));
});
