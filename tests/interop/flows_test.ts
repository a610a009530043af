/** A phone behind two edge proxies that keep its flows (RFC 5626): kamailio with its outbound module. */
import assert from "node:assert/strict";
import type { TraceRecord } from "../../src/sip/message/mod.ts";
import { description, Phone } from "../integration/sip/phone.ts";
import { Kamailio, type Transport, TRANSPORTS } from "../peers/kamailio.ts";
import { KamailioEdge } from "../peers/kamailio_edge.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "kamailio-outbound",
  "openssl",
] as const;
const REGISTER = { type: "Register", account: "test" } as const;

async function logged(phone: Phone, words: string, times = 1): Promise<void> {
  for (let round = 0;; round++) {
    if (phone.logs.filter((line) => line.includes(words)).length >= times) return;
    assert.ok(round < 500, `"${words}" was not logged: ${phone.logs.join(" | ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A call to alice that she takes. @returns her name for it */
async function callToAlice(alice: Phone, bob: Phone, name: string, at: string): Promise<string> {
  bob.dial(name, `sip:alice@${at}`);
  const { call } = await alice.next("IncomingCall", 15_000);
  alice.do({ type: "SendAccept", call, description: description(5000) });
  await bob.next("CallAccepted");
  await alice.next("CallConfirmed");
  return call;
}

/** @returns the name that bob has for it */
async function callToBob(alice: Phone, bob: Phone, name: string, at: string): Promise<string> {
  alice.dial(name, `sip:bob@${at}`);
  const { call } = await bob.next("IncomingCall", 15_000);
  bob.do({ type: "SendAccept", call, description: description(5000) });
  await alice.next("CallAccepted");
  await bob.next("CallConfirmed");
  return call;
}

/** One hangs up, and the other hears of it. */
async function hangUp(one: Phone, call: string, other: Phone): Promise<void> {
  one.do({ type: "SendBye", call });
  assert.equal((await one.next("CallEnded")).call, call);
  await other.next("CallEnded");
}

/** Where a failed test is looked into. */
function traceTo(path: string) {
  return ({ direction, local, remote, text }: TraceRecord) =>
    Deno.writeTextFileSync(
      path,
      `${direction} ${local.port} ${remote.port}\n${text}\n`,
      { append: true },
    );
}

async function start(scratch: Scratch, transport: Transport) {
  const registrar = await Kamailio.start(scratch, { keepsFlows: true });
  const edges = [
    await KamailioEdge.start(scratch, "edge-one", registrar),
    await KamailioEdge.start(scratch, "edge-two", registrar),
  ] as const;
  const scheme = transport === "ws" || transport === "wss" ? `${transport}://` : "";
  const proxies = edges.map((edge) => scheme + edge.address(transport));
  const alice = new Phone({
    transport: { trace: traceTo(scratch.file("alice.sip")) },
    instance: "urn:uuid:00000000-0000-4000-8000-000000000001",
    password: () => Promise.resolve(registrar.password("alice")),
    account: {
      server: registrar.address(),
      outboundProxy: proxies[0]!,
      backupProxies: [proxies[1]!],
      transport,
      tls: { minVersion: "1.2", verify: true, caFile: registrar.authority.caFile },
    },
  });
  const bob = new Phone({
    transport: { trace: traceTo(scratch.file("bob.sip")) },
    password: () => Promise.resolve(registrar.password("bob")),
    account: { user: "bob", server: registrar.address(), transport: "udp" },
  });
  for (const phone of [alice, bob]) {
    scratch.defer(() => phone.stop());
    phone.agent.start();
    phone.do(REGISTER);
  }
  await logged(alice, "flow 2");
  await registrar.waitForContacts("alice", 2);
  await registrar.waitForContacts("bob", 1);
  return { registrar, edges, alice, bob };
}

for (const transport of TRANSPORTS) {
  testWith(
    NEEDS,
    `${transport}: two flows; one edge proxy dies, and calls come by the other`,
    () =>
      withScratch(async (scratch) => {
        const { registrar, edges: [one, two], alice, bob } = await start(scratch, transport);
        const at = registrar.address();
        const paths = (await registrar.contacts("alice")).map((line) => line.split(" ")[1]!);
        assert.ok(paths.every((path) => /;ob/.test(path)), paths.join());
        await callToBob(alice, bob, "a1", at);

        // The flow that is not in use: what is on goes on, and calls come.
        await two.stop();
        const second = await callToAlice(alice, bob, "b1", at);
        await hangUp(alice, second, bob);
        await hangUp(alice, "a1", bob);
        await two.startAgain();
        alice.do({ type: "FollowNetwork", account: "test", slept: true });
        if (transport !== "udp") await logged(alice, "flow 2", 2);

        // The flow in use. A call's way leads over its token, which names the broken connection, but a
        // UDP flow is the same one again.
        const kept = transport === "udp" ? await callToBob(alice, bob, "a2", at) : undefined;
        await one.stop();
        await callToAlice(alice, bob, "b2", at);
        await hangUp(bob, "b2", alice);
        await callToBob(alice, bob, "a3", at);
        await hangUp(alice, "a3", bob);
        const failed = alice.inputs.some((input) =>
          input.type === "RegistrationChanged" && input.registration.state === "failed"
        );
        assert.ok(!failed, "the account was registered all the time");

        await one.startAgain();
        alice.do({ type: "FollowNetwork", account: "test", slept: true });
        await registrar.waitForContacts("alice", 2);
        if (kept !== undefined) await hangUp(bob, kept, alice);
      }),
  );
}
