/** OPTIONS of ours to a peer that is written by hand: what is an answer, and what is none. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { withAccount, withPeer } from "./with_peer.ts";

const CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth"';

Deno.test("every final answer is one, with who gave it", () =>
  withPeer(async ({ phone, peer }) => {
    for (
      const [status, header] of [[200, "Server: PBX 1"], [404, "User-Agent: SBC"], [
        302,
        "",
      ]] as const
    ) {
      const asked = phone.agent.pings.ask(`sip:x@${peer.at}`, 5_000);
      const options = await peer.next("OPTIONS");
      assert.match(options.header("accept"), /application\/sdp/);
      assert.equal(options.tag("to"), "");
      peer.reply(options, 100);
      peer.reply(options, status, { headers: header === "" ? [] : [header] });
      const { rttMs, reason: _, ...answer } = await asked;
      assert.ok(rttMs >= 0);
      const agent = header.split(": ")[1];
      const from = `udp ${peer.at}`;
      assert.deepEqual(answer, { status, from, ...(agent === undefined ? {} : { agent }) });
    }
  }));

Deno.test("our server's challenge is answered once", () =>
  withAccount(async ({ phone, server }) => {
    const asked = phone.agent.pings.ask(`sip:${server.at}`, 5_000);
    const first = await server.next("OPTIONS");
    server.reply(first, 401, { headers: [CHALLENGE] });
    const second = await server.next("OPTIONS");
    assert.match(second.header("authorization"), /username="alice", realm="pbx"/);
    assert.equal(second.header("cseq"), "2 OPTIONS");
    assert.equal(second.header("call-id"), first.header("call-id"));
    server.reply(second, 401, { headers: [CHALLENGE] });
    assert.equal((await asked).status, 401);
    assert.equal(server.count("OPTIONS"), 2);
  }));

Deno.test("somebody behind the server learns nothing of the password", () =>
  withAccount(async ({ phone, server }) => {
    const asked = phone.agent.pings.ask(`sip:bob@${server.at}`, 5_000);
    server.reply(await server.next("OPTIONS"), 401, { headers: [CHALLENGE] });
    assert.equal((await asked).status, 401);
    assert.equal(server.count("OPTIONS"), 1);
  }));

Deno.test("without a password, and of a stranger, a challenge is an answer like another", async () => {
  const password = () => Promise.reject(new Error("none"));
  await withAccount(async ({ phone, server }) => {
    const asked = phone.agent.pings.ask(`sip:${server.at}`, 5_000);
    server.reply(await server.next("OPTIONS"), 401, { headers: [CHALLENGE] });
    assert.equal((await asked).status, 401);
  }, { password });
  await withPeer(async ({ phone, peer }) => {
    const asked = phone.agent.pings.ask(`sip:x@${peer.at}`, 5_000);
    peer.reply(await peer.next("OPTIONS"), 401, { headers: [CHALLENGE] });
    assert.equal((await asked).status, 401);
    assert.equal(peer.count("OPTIONS"), 1);
  });
});

Deno.test("silence is unreachable when the time is up; a late answer is no fault", async () => {
  const clock = new VirtualClock();
  await withAccount(async ({ phone, server }) => {
    const asked = phone.agent.pings.ask(`sip:${server.at}`, 3_000);
    const refused = assert.rejects(asked, { code: "unreachable" });
    const options = await server.next("OPTIONS");
    clock.advance(3_000);
    await refused;
    server.reply(options, 200);
  }, { clock });
});

Deno.test("where there is no way, that is said", () =>
  withPeer(async ({ phone }) => {
    const closed = phone.agent.pings.ask("sip:x@127.0.0.1:1;transport=tcp", 5_000);
    await assert.rejects(closed, { code: "unreachable" });
  }));

Deno.test("one of too many in a second is not sent", () =>
  withPeer(async ({ phone, peer }) => {
    peer.obliging.add("OPTIONS");
    const ask = () => phone.agent.pings.ask(`sip:x@${peer.at}`, 5_000);
    for (let sent = 0; sent < 5; sent++) assert.equal((await ask()).status, 200);
    await assert.rejects(ask(), { code: "invalid-state" });
    assert.equal(peer.count("OPTIONS"), 5);
  }, { clock: new VirtualClock() }));
