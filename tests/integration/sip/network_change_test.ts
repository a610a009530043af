/** A machine that goes from network to network, against a server written by hand. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { FakeHost } from "../../fakes/host_network.ts";
import { description, Phone, type PhoneOptions } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";

const OLD = "127.0.0.2";
const NEW = "127.0.0.3";
const FOLLOW = { type: "FollowNetwork", account: "test", slept: false } as const;

interface Scene {
  host: FakeHost;
  phone: Phone;
  server: RawPeer;
}

/** Registered at a server by UDP, from {@link OLD}. */
async function registered(run: (scene: Scene) => Promise<void>, options: PhoneOptions = {}) {
  const server = await RawPeer.open();
  const host = new FakeHost([OLD]);
  const phone = new Phone({
    ...options,
    account: { server: server.at, register: true },
    transport: { host, keepaliveMs: 0 },
  });
  try {
    phone.agent.start();
    phone.do({ type: "Register", account: "test" });
    await phone.next("ConnectionChanged");
    server.reply(await server.next("REGISTER"), 200);
    await phone.next("RegistrationChanged");
    server.obliging.add("REGISTER");
    await run({ host, phone, server });
  } finally {
    for (const method of ["BYE", "REGISTER", "CANCEL"]) server.obliging.add(method);
    await phone.stop();
    await server.close();
  }
}

async function talking({ phone, server }: Scene) {
  phone.dial("c", `sip:x@${server.at}`);
  const invite = await server.next("INVITE");
  server.reply(invite, 200, { body: sdp(7000) });
  await phone.next("CallAccepted");
  await server.next("ACK");
  return invite;
}

Deno.test("a new address is registered at once, and the old binding is taken away", () =>
  registered(async ({ host, phone, server }) => {
    const addresses = () =>
      phone.inputs.flatMap((input) => input.type === "AddressChanged" ? [input.address] : []);
    assert.deepEqual(addresses(), [OLD]);
    host.addresses = [NEW];
    phone.do(FOLLOW);
    const register = await server.next("REGISTER");
    const contacts = register.headers("contact");
    assert.match(contacts[0]!, /@127\.0\.0\.3:/);
    assert.match(contacts[1]!, /@127\.0\.0\.2:\d+>;expires=0/);
    assert.match(register.header("via"), /127\.0\.0\.3:/);
    await phone.next("AddressChanged");
    assert.deepEqual(addresses(), [OLD, NEW]);
  }));

Deno.test("a hundred changes that are none of ours send nothing", () =>
  registered(async ({ host, phone, server }) => {
    await talking({ host, phone, server });
    const before = server.received.length;
    for (let round = 0; round < 100; round++) {
      // Another address comes and goes, and the whole network for a moment.
      host.addresses = round % 3 === 0 ? [OLD, `127.0.1.${round}`] : round % 3 === 1 ? [] : [OLD];
      phone.do(FOLLOW);
    }
    host.addresses = [OLD];
    phone.do(FOLLOW);
    phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    await server.next("INVITE");
    assert.equal(server.received.length, before + 1);
    assert.ok(!phone.inputs.some(({ type }) => type === "CallAddressChanged"));
  }));

Deno.test("a call that is on is told, and its re-INVITE has the new address and the old o= line", () =>
  registered(async (scene) => {
    const { host, phone, server } = scene;
    const invite = await talking(scene);
    host.addresses = [NEW];
    phone.do(FOLLOW);
    await phone.next("CallAddressChanged");
    phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    const again = await server.next("INVITE");
    assert.match(again.contact, /@127\.0\.0\.3:/);
    assert.match(again.body, /^c=IN IP4 127\.0\.0\.3\r$/m);
    const origin = (body: string) => /^o=(\S+ \S+) (\d+) (.*)\r$/m.exec(body)!.slice(1);
    const [id, version, address] = origin(invite.body);
    assert.deepEqual(origin(again.body), [id, String(Number(version) + 1), address]);
    server.reply(again, 200, { body: sdp(7000) });
    await phone.next("OfferAccepted");
    const told = phone.inputs.length;
    phone.do(FOLLOW);
    assert.equal(phone.inputs.length, told, "the peer knows it now");
  }));

Deno.test("a call that rings at the change is answered with the new address", () =>
  registered(async ({ host, phone, server }) => {
    const port = Number(/:(\d+)>/.exec(server.received[0]!.header("contact"))![1]);
    const invite = server.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    host.addresses = [NEW];
    phone.do(FOLLOW);
    phone.do({ type: "SendAccept", call, description: description(5000) });
    const ok = await server.next("200", "INVITE");
    assert.match(ok.contact, /@127\.0\.0\.3:/);
    assert.match(ok.body, /^c=IN IP4 127\.0\.0\.3\r$/m);
    server.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
    assert.ok(!phone.inputs.some(({ type }) => type === "CallAddressChanged"));
  }));

Deno.test("a call that was ringing at the other side is offered again once it is answered", () =>
  registered(async ({ host, phone, server }) => {
    phone.dial("c", `sip:x@${server.at}`);
    const invite = await server.next("INVITE");
    server.reply(invite, 180);
    await phone.next("CallProgress");
    host.addresses = [NEW];
    phone.do(FOLLOW);
    server.reply(invite, 200, { body: sdp(7000) });
    await phone.next("CallAccepted");
    await phone.next("CallAddressChanged");
  }));

Deno.test("who slept registers at once, from where it was", () =>
  registered(async ({ phone, server }) => {
    phone.do({ ...FOLLOW, slept: true });
    assert.match((await server.next("REGISTER")).contact, /@127\.0\.0\.2:/);
  }));

Deno.test("who woke without a network registers when it is there", () =>
  registered(async ({ host, phone, server }) => {
    const before = server.count("REGISTER");
    host.addresses = [];
    phone.do({ ...FOLLOW, slept: true });
    assert.equal(server.count("REGISTER"), before);
    host.addresses = [OLD];
    phone.do(FOLLOW);
    await server.next("REGISTER");
  }));

Deno.test("a connection from an address that is gone is opened anew, a call outlives it", async () => {
  const server = createServer();
  const requests: string[] = [];
  let connections = 0;
  const { promise: second, resolve } = Promise.withResolvers<void>();
  server.on("connection", (socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const text = new TextDecoder().decode(bytes);
      if (!text.startsWith("REGISTER")) return;
      requests.push(text);
      const echoed = /^(Via|From|To|Call-ID|CSeq|Contact): .*$/gim;
      const lines = text.match(echoed)!.filter((line) => !/expires=0/.test(line));
      socket.write(["SIP/2.0 200 OK", ...lines, "Content-Length: 0", "", ""].join("\r\n"));
      if (connections === 2) resolve();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const host = new FakeHost(["127.0.0.1"]);
  const phone = new Phone({
    account: { server: `127.0.0.1:${port}`, transport: "tcp", register: true },
    transport: { host },
  });
  try {
    phone.agent.start();
    phone.do({ type: "Register", account: "test" });
    await phone.next("RegistrationChanged");
    await phone.next("RegistrationChanged");
    host.addresses = [NEW];
    phone.do(FOLLOW);
    await second;
    assert.equal(requests.length, 2);
    const lost = phone.inputs.filter((input) =>
      input.type === "ConnectionChanged" && !input.connected
    );
    assert.deepEqual(lost, [], "nothing failed");
  } finally {
    await phone.stop();
    server.close();
  }
});
