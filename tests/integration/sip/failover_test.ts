/** Two servers of one name (RFC 3263 §4.3): the second is asked when the first cannot help. */
import assert from "node:assert/strict";
import { TableResolver } from "../../fakes/table_resolver.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { Phone, type PhoneOptions } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";

interface Scene {
  phone: Phone;
  first: RawPeer;
  second: RawPeer;
}

async function twoServers(run: (scene: Scene) => Promise<void>, options: PhoneOptions = {}) {
  const first = await RawPeer.open();
  const second = await RawPeer.open();
  const srv = [first, second].map(({ port }, priority) => ({
    priority,
    weight: 0,
    target: "host.pbx.test",
    port,
  }));
  const phone = new Phone({
    ...options,
    account: { server: "pbx.test", transport: "udp", register: true },
    transport: {
      keepaliveMs: 0,
      resolver: new TableResolver({
        srv: { "_sip._udp.pbx.test": srv },
        a: { "host.pbx.test": ["127.0.0.1"] },
      }),
    },
  });
  try {
    phone.agent.start();
    await phone.next("ConnectionChanged");
    phone.do({ type: "Register", account: "test" });
    await run({ phone, first, second });
  } finally {
    for (const peer of [first, second]) {
      for (const method of ["BYE", "REGISTER"]) peer.obliging.add(method);
    }
    const stopped = phone.stop();
    if (options.clock instanceof VirtualClock) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      options.clock.advance(5_000);
    }
    await stopped;
    await first.close();
    await second.close();
  }
}

Deno.test("a backup proxy takes over from a proxy that refuses or does not answer", async () => {
  for (const isSilent of [false, true]) {
    const clock = new VirtualClock();
    const first = await RawPeer.open();
    const second = await RawPeer.open();
    const account = { server: "pbx.test", outboundProxy: first.at, backupProxies: [second.at] };
    const phone = new Phone({ account, transport: { keepaliveMs: 0 }, clock });
    phone.agent.start();
    await phone.next("ConnectionChanged");
    phone.do({ type: "Register", account: "test" });
    const register = await first.next("REGISTER");
    if (isSilent) await clock.advanceAsync(4_000);
    else first.reply(register, 503);
    second.reply(await second.next("REGISTER"), 200);
    await registered(phone);
    phone.dial("c", "sip:bob@pbx.test");
    second.reply(await second.next("INVITE"), 486);
    await phone.next("CallRejected");
    second.obliging.add("REGISTER");
    await phone.stop();
    await first.close();
    await second.close();
  }
});

async function registered(phone: Phone): Promise<void> {
  let state = "";
  while (state !== "registered") {
    state = (await phone.next("RegistrationChanged")).registration.state;
  }
}

for (const status of [408, 480, 503, 504]) {
  Deno.test(`a REGISTER answered ${status} is sent to the second server at once`, () =>
    twoServers(async ({ phone, first, second }) => {
      first.reply(await first.next("REGISTER"), status);
      second.reply(await second.next("REGISTER"), 200);
      await registered(phone);
      phone.dial("c", "sip:bob@pbx.test");
      await second.next("INVITE");
    }));
}

for (const status of [404, 403, 603]) {
  Deno.test(`a REGISTER answered ${status} is the server's word`, () =>
    twoServers(async ({ phone, first, second }) => {
      first.reply(await first.next("REGISTER"), status);
      await phone.next("RegistrationChanged");
      phone.dial("c", "sip:bob@pbx.test");
      await first.next("INVITE");
      assert.equal(second.received.length, 0);
    }));
}

for (const status of [503, 504]) {
  Deno.test(`an INVITE answered ${status} goes to the second server, which gets a registration`, () =>
    twoServers(async ({ phone, first, second }) => {
      first.reply(await first.next("REGISTER"), 200);
      await registered(phone);
      phone.dial("c", "sip:bob@pbx.test");
      const refused = await first.next("INVITE");
      first.reply(refused, status);
      const ack = await first.next("ACK");
      assert.equal(ack.header("via"), refused.header("via"));
      assert.match(ack.header("to"), /tag=peer/);
      const invite = await second.next("INVITE");
      assert.notEqual(invite.header("via"), refused.header("via"));
      assert.equal(invite.header("call-id"), refused.header("call-id"));
      second.reply(await second.next("REGISTER"), 200);
      second.reply(invite, 200, { body: sdp(7000) });
      await phone.next("CallAccepted");
      await second.next("ACK");
      // Another response of the first, as after a lost ACK, is acknowledged again.
      first.reply(refused, status);
      await first.next("ACK");
    }));
}

Deno.test("when both cannot help, the call says what the second said", () =>
  twoServers(async ({ phone, first, second }) => {
    first.reply(await first.next("REGISTER"), 200);
    await registered(phone);
    second.obliging.add("REGISTER");
    phone.dial("c", "sip:bob@pbx.test");
    first.reply(await first.next("INVITE"), 503);
    second.reply(await second.next("INVITE"), 503);
    assert.equal((await phone.next("CallRejected")).status, 503);
  }));

Deno.test("a call that is on is not touched: it ends with the server that it began with", () =>
  twoServers(async ({ phone, first, second }) => {
    first.reply(await first.next("REGISTER"), 200);
    await registered(phone);
    second.obliging.add("REGISTER");
    phone.dial("on", "sip:bob@pbx.test");
    const route = { headers: [`Record-Route: <sip:${first.at};lr>`] };
    first.reply(await first.next("INVITE"), 200, { body: sdp(7000), ...route });
    await phone.next("CallAccepted");
    phone.dial("c", "sip:carol@pbx.test");
    first.reply(await first.next("INVITE"), 503);
    await second.next("INVITE");
    phone.do({ type: "SendBye", call: "on" });
    first.reply(await first.next("BYE"), 200);
    assert.equal((await phone.next("CallEnded")).by, "local");
  }));

Deno.test("after five minutes the first server is asked again, and left again when it is silent", async () => {
  const clock = new VirtualClock();
  await twoServers(async ({ phone, first, second }) => {
    first.reply(await first.next("REGISTER"), 503);
    second.reply(await second.next("REGISTER"), 200);
    await registered(phone);
    second.obliging.add("REGISTER");
    await clock.advanceAsync(299_000);
    assert.equal(first.count("REGISTER"), 1);
    await clock.advanceAsync(3_000);
    await first.next("REGISTER");
    const before = second.count("REGISTER");
    await clock.advanceAsync(4_000);
    while (second.count("REGISTER") === before) await second.next("REGISTER");
    first.obliging.add("REGISTER");
    await clock.advanceAsync(302_000);
    await first.next("REGISTER");
  }, { clock, random: () => 0.5 });
});
