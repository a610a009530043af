/**
 * Flows that the server keeps (RFC 5626): how they are registered, named in dialogs and kept open; and
 * the URI that leads to this phone by any (RFC 5627).
 */
import assert from "node:assert/strict";
import { Keepalive } from "../../../src/sip/transport/flow/keepalive.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import type { Phone } from "./phone.ts";
import { withAccount } from "./with_peer.ts";

const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const REGISTER = { type: "Register", account: "test" } as const;

async function registered(phone: Phone): Promise<void> {
  let state = "";
  while (state !== "registered") {
    state = (await phone.next("RegistrationChanged")).registration.state;
  }
}

Deno.test("a registration names the phone and its flow; where they are kept, dialogs say so", () =>
  withAccount(async ({ phone, server }) => {
    phone.do(REGISTER);
    const register = await server.next("REGISTER");
    assert.ok(register.header("contact").includes(`;+sip.instance="<${INSTANCE}>";reg-id=1;`));
    assert.match(register.header("supported"), /\boutbound\b/);
    assert.doesNotMatch(register.contact, /;ob/);
    server.reply(register, 200, { headers: ["Require: outbound", "Flow-Timer: 30"] });
    await registered(phone);
    phone.dial("c", `sip:bob@${server.at}`);
    const invite = await server.next("INVITE");
    assert.match(invite.contact, /;ob$/);
    server.reply(invite, 486);
  }, { instance: INSTANCE }));

Deno.test("a server that says nothing of flows gets dialogs as ever", () =>
  withAccount(async ({ phone, server }) => {
    phone.do(REGISTER);
    server.reply(await server.next("REGISTER"), 200);
    await registered(phone);
    phone.dial("c", `sip:bob@${server.at}`);
    const invite = await server.next("INVITE");
    assert.doesNotMatch(invite.contact, /;ob/);
    server.reply(invite, 486);
  }, { instance: INSTANCE }));

Deno.test("439: once again without a flow, and no more than once", () =>
  withAccount(async ({ phone, server }) => {
    phone.do(REGISTER);
    server.reply(await server.next("REGISTER"), 439);
    const plain = await server.next("REGISTER");
    assert.doesNotMatch(plain.text, /reg-id|outbound/);
    assert.ok(plain.header("contact").includes(INSTANCE));
    server.reply(plain, 439);
    let state = await phone.next("RegistrationChanged");
    while (state.registration.state === "registering") {
      state = await phone.next("RegistrationChanged");
    }
    assert.equal(state.registration.state, "failed");
    assert.equal(server.count("REGISTER"), 2);
  }, { instance: INSTANCE }));

Deno.test("a peer that promised pongs and a rhythm gets it, and is dead after ten silent seconds", () => {
  const clock = new VirtualClock();
  let pings = 0;
  let dead = 0;
  const keepalive = new Keepalive({
    clock,
    random: () => 0,
    intervalMs: 25_000,
    mustAnswer: false,
    ping: () => pings += 1,
    dead: () => dead += 1,
  });
  clock.advance(60_000);
  assert.equal(dead, 0, "who never answered proves nothing by silence");
  const before = pings;
  keepalive.oblige(10_000);
  clock.advance(8_000);
  assert.equal(pings, before + 1);
  keepalive.ponged();
  keepalive.hasten(60_000);
  clock.advance(8_000);
  assert.equal(pings, before + 2, "a longer wish than our own changes nothing");
  clock.advance(10_000);
  assert.equal(dead, 1);
});

for (const gruu of [true, undefined]) {
  Deno.test(`a GRUU that is granted is ${gruu ? "" : "not "}used where the account ${gruu ? "says" : "does not say"} so`, () =>
    withAccount(async ({ phone, server }) => {
      phone.do(REGISTER);
      const register = await server.next("REGISTER");
      assert.equal(/\bgruu\b/.test(register.header("supported")), gruu === true);
      const granted = `sip:alice@${server.at};gr=${INSTANCE}`;
      const contact = `<${register.contact}>;+sip.instance="<${INSTANCE}>";pub-gruu="${granted}"`;
      server.reply(register, 200, { contact: null, headers: [`Contact: ${contact};expires=60`] });
      await registered(phone);
      phone.dial("c", `sip:bob@${server.at}`);
      const invite = await server.next("INVITE");
      assert.equal(invite.contact === granted, gruu === true);
      server.reply(invite, 486);
    }, { instance: INSTANCE, account: gruu ? { gruu } : {} }));
}
