/** Several flows of one account, kept at once by servers that want them (RFC 5626). */
import assert from "node:assert/strict";
import { FakeHost } from "../../fakes/host_network.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description, Phone, type PhoneOptions } from "./phone.ts";
import { type RawMessage, RawPeer, sdp } from "./raw_peer.ts";

const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const GRANT = { headers: ["Require: outbound", "Flow-Timer: 30"] };

interface Scene {
  phone: Phone;
  clock: VirtualClock;
  host: FakeHost;
  /** The account's proxies, in their order. */
  first: RawPeer;
  second: RawPeer;
}

/** A phone with two proxies. Both say to a REGISTER what the test makes them say. */
async function twoProxies(run: (scene: Scene) => Promise<void>, options: PhoneOptions = {}) {
  const clock = new VirtualClock();
  const host = new FakeHost(["127.0.0.2"]);
  const first = await RawPeer.open();
  const second = await RawPeer.open();
  const account = {
    server: "pbx.test",
    outboundProxy: first.at,
    backupProxies: [second.at],
    register: true,
    ...options.account,
  };
  const phone = new Phone({
    instance: INSTANCE,
    clock,
    random: () => 0,
    ...options,
    account,
    transport: { keepaliveMs: 0, host, ...options.transport },
  });
  phone.agent.start();
  await phone.next("ConnectionChanged");
  phone.do({ type: "Register", account: "test" });
  try {
    await run({ phone, clock, host, first, second });
  } finally {
    for (const peer of [first, second]) {
      for (const bye of peer.received.filter(({ kind }) => kind === "BYE")) peer.reply(bye, 200);
      for (const method of ["BYE", "REGISTER"]) peer.obliging.add(method);
    }
    const stopped = phone.stop();
    for (let round = 0; round < 10; round++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await clock.advanceAsync(1_000);
    }
    await stopped;
    await first.close();
    await second.close();
  }
}

async function granted(peer: RawPeer): Promise<RawMessage> {
  const register = await peer.next("REGISTER");
  peer.reply(register, 200, { ...GRANT, contact: register.contact });
  return register;
}

/** Both flows are kept. */
function withFlows(run: (scene: Scene) => Promise<void>, options: PhoneOptions = {}) {
  return twoProxies(async (scene) => {
    await granted(scene.first);
    await granted(scene.second);
    await logged(scene.phone, "is kept");
    await run(scene);
  }, options);
}

async function logged(phone: Phone, words: string): Promise<void> {
  for (let round = 0; !phone.logs.some((line) => line.includes(words)); round++) {
    assert.ok(round < 1_000, `"${words}" was not logged: ${phone.logs.join(" | ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What was sent until now has arrived. */
async function arrived(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const states = (phone: Phone) =>
  phone.inputs.flatMap((input) =>
    input.type === "RegistrationChanged" ? [input.registration.state] : []
  );

async function talking({ phone }: Scene, peer: RawPeer): Promise<{ call: string }> {
  const port = Number(/:(\d+)/.exec((peer.received[0]!).header("via").split(" ")[1]!)![1]);
  const record = [`Record-Route: <sip:${peer.at};lr>`];
  const invite = peer.request("INVITE", port, { body: sdp(6000), headers: record });
  const { call } = await phone.next("IncomingCall");
  phone.do({ type: "SendAccept", call, description: description(5000) });
  const ok = await peer.next("200", "INVITE");
  assert.match(ok.contact, /;ob$/);
  peer.inDialog("ACK", invite, ok, { cseq: 1 });
  await phone.next("CallConfirmed");
  return { call };
}

Deno.test("each server that keeps flows gets one, of its own name", () =>
  twoProxies(async ({ first, second }) => {
    const one = await granted(first);
    const two = await granted(second);
    const instance = `;+sip.instance="<${INSTANCE}>"`;
    assert.ok(one.header("contact").includes(`${instance};reg-id=1;`), one.header("contact"));
    assert.ok(two.header("contact").includes(`${instance};reg-id=2;`), two.header("contact"));
    assert.match(two.header("supported"), /\boutbound\b/);
    assert.equal(two.headers("contact").length, 1, "the other flow's binding is left alone");
  }));

Deno.test("who asks is told which flows are kept, and that one is lost", () =>
  withFlows(async ({ first, second, phone }) => {
    const told = () =>
      phone.inputs.flatMap((one) => one.type === "FlowsChanged" ? [one.flows] : []);
    assert.deepEqual(told(), [[{ transport: "udp", server: second.at }]]);
    phone.do({ type: "Unregister", account: "test" });
    first.reply(await first.next("REGISTER"), 200);
    second.reply(await second.next("REGISTER"), 200);
    while (told().length < 2) await phone.next("FlowsChanged");
    assert.deepEqual(told()[1], []);
  }));

Deno.test("a server that keeps no flows gets the phone's only registration", () =>
  twoProxies(async ({ first, second, phone }) => {
    first.reply(await first.next("REGISTER"), 200);
    while (!states(phone).includes("registered")) await phone.next("RegistrationChanged");
    await arrived();
    assert.equal(second.received.length, 0);
  }));

Deno.test("439 from the first server: one flow; from the second: no more to that", async () => {
  await twoProxies(async ({ first, second, phone }) => {
    first.reply(await first.next("REGISTER"), 439);
    first.reply(await first.next("REGISTER"), 200, GRANT);
    while (!states(phone).includes("registered")) await phone.next("RegistrationChanged");
    await arrived();
    assert.equal(second.received.length, 0);
  });
  await twoProxies(async ({ first, second, clock }) => {
    await granted(first);
    second.reply(await second.next("REGISTER"), 439);
    // Without a flow it would be a second phone.
    const plain = await second.next("REGISTER");
    assert.doesNotMatch(plain.text, /reg-id/);
    second.reply(plain, 439);
    await arrived();
    await clock.advanceAsync(60_000);
    assert.equal(second.count("REGISTER"), 2);
  });
});

Deno.test("a binding at a server that turns out to keep no flows is taken away again", () =>
  twoProxies(async ({ first, second }) => {
    await granted(first);
    second.reply(await second.next("REGISTER"), 200);
    const away = await second.next("REGISTER");
    assert.match(away.header("contact"), /;expires=0$/);
    second.reply(away, 200);
  }));

Deno.test("a call is answered, and ended, by the flow that it came by", () =>
  withFlows(async (scene) => {
    const { phone, first, second } = scene;
    const { call } = await talking(scene, second);
    phone.do({ type: "SendBye", call });
    second.reply(await second.next("BYE"), 200);
    assert.equal(first.count("BYE"), 0);
  }));

Deno.test("when one server goes out of service, calls go by the other, and those on stay", () =>
  withFlows(async (scene) => {
    const { phone, first, second, clock } = scene;
    const { call } = await talking(scene, first);
    // Both refreshes are due after 70 % of what was granted.
    const seen = [first.count("REGISTER"), second.count("REGISTER")];
    while (first.count("REGISTER") === seen[0] || second.count("REGISTER") === seen[1]) {
      await clock.advanceAsync(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await granted(second);
    first.reply(await first.next("REGISTER"), 503, { headers: ["Retry-After: 600"] });
    await arrived();
    const moved = await second.next("REGISTER");
    assert.match(moved.header("contact"), /;reg-id=2;/);
    assert.doesNotMatch(moved.header("contact"), /expires=0/);
    second.reply(moved, 200, GRANT);
    phone.dial("c", "sip:bob@pbx.test");
    second.reply(await second.next("INVITE"), 486);
    phone.do({ type: "SendBye", call });
    first.reply(await first.next("BYE"), 200);
    assert.ok(!states(phone).includes("failed"), states(phone).join());
    assert.ok(!phone.inputs.some((each) => each.type === "ConnectionChanged" && !each.connected));
  }));

Deno.test("a flow that cannot be formed waits longer each time", () =>
  twoProxies(async ({ first, second, clock }) => {
    await granted(first);
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      second.reply(await second.next("REGISTER"), 503);
      await arrived();
      const from = clock.now();
      const before = second.count("REGISTER");
      while (second.count("REGISTER") === before && clock.now() - from < 1_000_000) {
        await clock.advanceAsync(1_000);
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (const refresh of first.received.filter(({ kind }) => kind === "REGISTER").slice(-1)) {
          first.reply(refresh, 200, { ...GRANT, contact: refresh.contact });
        }
      }
      waits.push(Math.round((clock.now() - from) / 10_000) * 10);
    }
    // Half of 180, 360, 720 s: the jitter is at its least.
    assert.deepEqual(waits, [90, 180, 360]);
  }));

Deno.test("a new address is registered on every flow at once", () =>
  withFlows(async ({ phone, host, first, second }) => {
    host.addresses = ["127.0.0.3"];
    phone.do({ type: "FollowNetwork", account: "test", slept: false });
    for (const peer of [first, second]) {
      const register = await peer.next("REGISTER");
      assert.match(register.contact, /@127\.0\.0\.3:/);
      assert.match(register.header("via"), /127\.0\.0\.3:/);
    }
  }));

Deno.test("who slept registers on every flow; a hundred changes that are none send nothing", () =>
  withFlows(async ({ phone, host, first, second }) => {
    for (let round = 0; round < 100; round++) {
      host.addresses = round % 2 === 0 ? ["127.0.0.2", `127.0.1.${round}`] : ["127.0.0.2"];
      phone.do({ type: "FollowNetwork", account: "test", slept: false });
    }
    await arrived();
    assert.deepEqual([first.count("REGISTER"), second.count("REGISTER")], [1, 1]);
    phone.do({ type: "FollowNetwork", account: "test", slept: true });
    await granted(first);
    await granted(second);
  }));

/** Until the phone has asked again by STUN. */
async function asked({ clock }: Scene, peer: RawPeer): Promise<void> {
  const before = peer.asked.length;
  for (let round = 0; peer.asked.length === before; round++) {
    assert.ok(round < 500, "no STUN request came");
    await clock.advanceAsync(500);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await arrived();
}

const STUN = { transport: { keepaliveMs: 25_000 } };
const HERE = { address: "203.0.113.7", port: 40_000 };

Deno.test("a UDP flow is kept open by STUN; a mapping that changes is registered", () =>
  withFlows(async (scene) => {
    const { first, second } = scene;
    const counts = () => [first.count("REGISTER"), second.count("REGISTER")];
    first.mapped = second.mapped = HERE;
    await asked(scene, first);
    await asked(scene, second);
    assert.deepEqual(counts(), [1, 1], "the first answer is what others are compared with");
    first.mapped = { ...HERE, port: 40_001 };
    await asked(scene, first);
    assert.match((await granted(first)).contact, /@203\.0\.113\.7:40001$/);
    second.mapped = { ...HERE, address: "203.0.113.8" };
    await asked(scene, second);
    assert.match((await granted(second)).contact, /@203\.0\.113\.8:40000$/);
  }, STUN));

Deno.test("a flow whose mapping changes with every answer is refreshed before it lapses", () =>
  withFlows(async (scene) => {
    const { clock, first, second } = scene;
    const times: number[] = [];
    for (const peer of [first, second]) {
      peer.script = (message) => {
        if (message.kind !== "REGISTER") return;
        if (peer === second) times.push(clock.now());
        peer.reply(message, 200, {
          headers: ["Require: outbound", "Expires: 60"],
          contact: message.contact,
        });
      };
    }
    for (let round = 0; round < 24; round++) {
      second.mapped = { ...HERE, port: HERE.port + round };
      await asked(scene, second);
    }
    const gaps = [...times.slice(1), clock.now()].map((at, i) => at - times[i]!);
    assert.ok(Math.max(...gaps) < 60_000, `ms between REGISTERs: ${gaps.join(", ")}`);
  }, STUN));

Deno.test("a server that stops to answer STUN is left for the other", () =>
  withFlows(async (scene) => {
    const { phone, first, second, clock } = scene;
    first.mapped = second.mapped = HERE;
    await asked(scene, first);
    await asked(scene, second);
    first.mapped = undefined;
    await asked(scene, first);
    for (let round = 0; round < 85; round++) {
      await clock.advanceAsync(500);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    phone.dial("c", "sip:bob@pbx.test");
    second.reply(await second.next("INVITE"), 486);
    assert.equal(first.count("INVITE"), 0);
    assert.ok(!states(phone).includes("failed"), states(phone).join());
  }, STUN));

Deno.test("a server that keeps flows and never answered STUN is asked by CRLF instead", () =>
  withFlows(async (scene) => {
    const { phone, first, clock } = scene;
    await asked(scene, first);
    for (let round = 0; round < 200; round++) {
      await clock.advanceAsync(500);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(first.asked.length, 7);
    phone.dial("c", "sip:bob@pbx.test");
    first.reply(await first.next("INVITE"), 486);
  }, STUN));

Deno.test("who goes takes every binding away", () =>
  withFlows(async ({ phone, first, second }) => {
    phone.do({ type: "Unregister", account: "test" });
    for (const peer of [first, second]) {
      const away = await peer.next("REGISTER");
      assert.match(away.header("contact"), /;expires=0$/);
      peer.reply(away, 200);
    }
  }));
