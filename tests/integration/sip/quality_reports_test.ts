/** Reports of a call's sound to a collector that is written by hand (RFC 6035). */
import assert from "node:assert/strict";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { SESSION } from "../../fakes/quality_session.ts";
import { type AccountScene, withAccount } from "./with_peer.ts";

const CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth"';
const effect = { type: "PublishQuality", account: "account", session: SESSION } as const;

/** A phone whose account has a collector behind its server. */
function withCollector(run: (scene: AccountScene) => Promise<void>, host?: string): Promise<void> {
  return withAccount(run, {
    account: { qualityCollector: `sip:vq@${host ?? "collector.example"}` },
  });
}

function refusals(phone: AccountScene["phone"]) {
  return phone.inputs.filter(({ type }) => type === "QualityReportsRefused");
}

Deno.test("a report is one PUBLISH with its event and its text, by the account's server", () =>
  withCollector(async ({ phone, server }) => {
    phone.agent.perform(effect);
    const publish = await server.next("PUBLISH");
    assert.match(publish.text, /^PUBLISH sip:vq@collector\.example SIP\/2\.0/);
    assert.equal(publish.header("event"), "vq-rtcpxr");
    assert.equal(publish.header("content-type"), "application/vq-rtcpxr");
    assert.match(publish.text, /\r\n\r\nVQSessionReport: CallTerm\r\nCallID: abc@us\r\n/);
    assert.match(publish.text, /LocalAddr: IP=127\.0\.0\.1 PORT=4000/);
    server.reply(publish, 200);
    phone.agent.perform(effect);
    server.reply(await server.next("PUBLISH"), 200);
    assert.deepEqual(refusals(phone), []);
  }));

for (const status of [489, 405, 403, 404, 415, 501, 600]) {
  Deno.test(`a collector that answers ${status} gets no more, and that is told once`, () =>
    withCollector(async ({ phone, server }) => {
      // Both are on their way before the first answer.
      for (let i = 0; i < 2; i++) phone.agent.perform(effect);
      for (let i = 0; i < 2; i++) server.reply(await server.next("PUBLISH"), status);
      const told = await phone.next("QualityReportsRefused");
      assert.equal(told.status, status);
      phone.agent.perform(effect);
      // What comes after it says that the report would have come by now.
      const asked = phone.agent.pings.ask(`sip:${server.at}`, 5_000);
      server.reply(await server.next("OPTIONS"), 200);
      await asked;
      assert.equal(server.count("PUBLISH"), 2);
      assert.equal(refusals(phone).length, 1);
    }));
}

Deno.test("a collector that has no time is asked again for the next call", () =>
  withCollector(async ({ phone, server }) => {
    for (const status of [503, 480, 200]) {
      phone.agent.perform(effect);
      server.reply(await server.next("PUBLISH"), status);
    }
    assert.deepEqual(refusals(phone), []);
  }));

Deno.test("the password is for the account's server, not for a collector behind it", () =>
  withCollector(async ({ phone, server }) => {
    phone.agent.perform(effect);
    server.reply(await server.next("PUBLISH"), 401, { headers: [CHALLENGE] });
    assert.equal((await phone.next("QualityReportsRefused")).status, 401);
    assert.equal(server.count("PUBLISH"), 1);
  }));

Deno.test("a collector at the account's server gets credentials, and no second try of them", () =>
  withCollector(async ({ phone, server }) => {
    phone.agent.perform(effect);
    const first = await server.next("PUBLISH");
    server.reply(first, 401, { headers: [CHALLENGE] });
    const second = await server.next("PUBLISH");
    assert.match(second.header("authorization"), /username="alice", realm="pbx"/);
    assert.equal(second.header("cseq"), "2 PUBLISH");
    assert.equal(second.header("call-id"), first.header("call-id"));
    server.reply(second, 401, { headers: [CHALLENGE] });
    assert.equal((await phone.next("QualityReportsRefused")).status, 401);
    assert.equal(server.count("PUBLISH"), 2);
  }, "127.0.0.1"));

Deno.test("without a collector nothing is sent", () =>
  withAccount(async ({ phone, server }) => {
    phone.agent.perform(effect);
    const asked = phone.agent.pings.ask(`sip:${server.at}`, 5_000);
    server.reply(await server.next("OPTIONS"), 200);
    await asked;
    assert.equal(server.count("PUBLISH"), 0);
  }));

Deno.test("a phone that stops lets its last report go first", () =>
  withCollector(async ({ phone, server }) => {
    phone.agent.perform(effect);
    const stopped = phone.agent.stop();
    const publish = await server.next("PUBLISH");
    server.reply(publish, 200);
    await stopped;
  }));

Deno.test("a collector that says nothing holds up the end by a second and a half at most", async () => {
  const clock = new VirtualClock();
  await withAccount(async ({ phone, server }) => {
    phone.agent.perform(effect);
    await server.next("PUBLISH");
    let stopped = false;
    const began = clock.now();
    const stopping = phone.agent.stop().then(() => stopped = true);
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.advance(100);
      assert.ok(clock.now() - began < 4_500, "it goes on waiting");
    }
    await stopping;
  }, { clock, account: { qualityCollector: "sip:vq@collector.example" } });
});
