/** Calls of ours against a peer that is written by hand: forks, redirections, refusals, identities. */
import assert from "node:assert/strict";
import { sdp } from "./raw_peer.ts";
import { withAccount, withPeer } from "./with_peer.ts";

Deno.test("of two answers to a forked INVITE the second gets ACK and BYE", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 183, { tag: "one", body: sdp(7001) });
    peer.reply(invite, 183, { tag: "two", body: sdp(7002) });
    const first = await phone.next("CallProgress");
    const second = await phone.next("CallProgress");
    assert.deepEqual(
      [first.dialog, first.description?.port, second.dialog, second.description?.port],
      ["one", 7001, "two", 7002],
    );
    peer.reply(invite, 200, { tag: "two", body: sdp(7002) });
    const accepted = await phone.next("CallAccepted");
    assert.deepEqual([accepted.dialog, accepted.description?.port], ["two", 7002]);
    assert.equal((await peer.next("ACK")).tag("to"), "two");
    peer.reply(invite, 200, { tag: "one", body: sdp(7001) });
    assert.equal((await peer.next("ACK")).tag("to"), "one");
    const bye = await peer.next("BYE");
    assert.equal(bye.tag("to"), "one");
    peer.reply(bye, 200);
    assert.ok(!phone.inputs.some((input) => input.type === "CallEnded"));
  });
});

Deno.test("a call that a peer had us make says so, and which call it takes the place of", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`, {
      referredBy: "<sip:bob@example.com>;cid=1",
      replaces: "x@y;to-tag=1;from-tag=2",
    });
    const invite = await peer.next("INVITE");
    assert.equal(invite.header("referred-by"), "<sip:bob@example.com>;cid=1");
    assert.equal(invite.header("replaces"), "x@y;to-tag=1;from-tag=2");
    peer.reply(invite, 486);
    await phone.next("CallRejected");
  });
});

Deno.test("redirection follows Contacts by q and stops at a loop", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const first = await peer.next("INVITE");
    const contacts = (...list: string[]) => ({
      contact: null,
      headers: [`Contact: ${list.join(", ")}`],
    });
    peer.reply(
      first,
      302,
      contacts(`<sip:low@${peer.at}>;q=0.1`, `<sip:high@${peer.at}>;q=0.9`, `<sip:x@${peer.at}>`),
    );
    const second = await peer.next("INVITE");
    assert.equal(second.uri, `sip:high@${peer.at}`);
    peer.reply(second, 302, contacts(`<sip:x@${peer.at}>`, `<sip:deep@${peer.at}>`));
    const third = await peer.next("INVITE");
    assert.equal(third.uri, `sip:deep@${peer.at}`);
    peer.reply(third, 404);
    const fourth = await peer.next("INVITE");
    assert.equal(fourth.uri, `sip:low@${peer.at}`);
    peer.reply(fourth, 480);
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.status, 480);
    assert.equal(rejected.error.code, "no-answer");
    assert.equal(peer.count("INVITE"), 4);
  });
});

Deno.test("a redirection that never ends is given up", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    for (let hop = 0; hop <= 10; hop++) {
      const contact = `<sip:hop${hop}@${peer.at}>`;
      peer.reply(await peer.next("INVITE"), 302, {
        contact: null,
        headers: [`Contact: ${contact}`],
      });
    }
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.status, 302);
    assert.equal(rejected.error.code, "unreachable");
    assert.equal(peer.count("INVITE"), 11);
  });
});

Deno.test("a 422 is obeyed once", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const first = await peer.next("INVITE");
    assert.equal(first.header("session-expires"), "1800");
    peer.reply(first, 422, { headers: ["Min-SE: 3600"] });
    const second = await peer.next("INVITE");
    assert.equal(second.header("session-expires"), "3600");
    assert.equal(second.header("min-se"), "3600");
    peer.reply(second, 422, { headers: ["Min-SE: 3600"] });
    assert.equal((await phone.next("CallRejected")).status, 422);
  });
});

Deno.test("every final status becomes its error", async () => {
  await withPeer(async ({ phone, peer }) => {
    const table: [number, string][] = [
      [403, "declined"],
      [404, "not-found"],
      [408, "no-answer"],
      [480, "no-answer"],
      [484, "not-found"],
      [486, "busy"],
      [488, "no-common-codec"],
      [500, "unreachable"],
      [600, "busy"],
      [603, "declined"],
      [606, "no-common-codec"],
    ];
    for (const [status, code] of table) {
      phone.dial(`c${status}`, `sip:x@${peer.at}`);
      peer.reply(await peer.next("INVITE"), status);
      const rejected = await phone.next("CallRejected");
      assert.deepEqual([rejected.call, rejected.status, rejected.error.code], [
        `c${status}`,
        status,
        code,
      ]);
    }
  });
});

Deno.test("a target, identity or header that cannot be sent is told, and nothing goes out", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("a", "mailto:x@y");
    assert.equal((await phone.next("CallRejected")).error.code, "invalid-target");
    phone.dial("b", `sip:x@${peer.at}`, { headers: [{ name: "X-A", value: "1\r\nEvil: 1" }] });
    assert.equal((await phone.next("CallRejected")).error.code, "usage");
    phone.dial("c", `sip:x@${peer.at}`, { headers: [{ name: "Via", value: "1" }] });
    assert.equal((await phone.next("CallRejected")).error.code, "usage");
    phone.dial("d", `sip:x@${peer.at}`, { from: { uri: "sip:me@h", displayName: "a\nb" } });
    assert.equal((await phone.next("CallRejected")).error.code, "usage");
    assert.equal(peer.received.length, 0);
    phone.dial("e", `sip:x@${peer.at}`, {
      from: { uri: "sip:me@h", displayName: 'A "quoted" \\ name' },
      headers: [{ name: "X-A", value: " 1 " }],
    });
    const invite = await peer.next("INVITE");
    assert.equal(invite.header("x-a"), "1");
    assert.match(invite.header("from"), /^"A \\"quoted\\" \\\\ name" <sip:me@h>;tag=/);
  });
});

Deno.test("a refusal says who we were and which way the call took", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`, { from: { uri: "sip:me@h", displayName: 'A "b"' } });
    peer.reply(await peer.next("INVITE"), 486);
    const rejected = await phone.next("CallRejected");
    assert.deepEqual(rejected.local, { uri: "sip:me@h", displayName: 'A "b"' });
    assert.equal(rejected.transport, "udp");
  });
});

Deno.test("nobody there is unreachable, with the reason", async () => {
  await withPeer(async ({ phone }) => {
    phone.dial("c", "sip:x@127.0.0.1:1;transport=tcp");
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.status, 0, "nobody said 503");
    assert.equal(rejected.error.code, "unreachable");
  });
});

Deno.test("sips: is not called in the clear by way of an account", async () => {
  await withAccount(async ({ phone, server }) => {
    phone.dial("c", "sips:bob@example.com");
    const { error, status } = await phone.next("CallRejected");
    assert.equal(status, 0);
    assert.equal(error.code, "tls-failed");
    assert.match(
      error.message,
      /sips:bob@example\.com wants encryption, and the account speaks UDP/,
    );
    assert.equal(server.count("INVITE"), 0);
  });
});

/** A call of ours that the peer answered with a tag. */

Deno.test("a BYE before the answer that we hear of ends the call; other branches go on", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 180, { tag: "one" });
    peer.reply(invite, 183, { tag: "two", body: sdp(7000) });
    await phone.next("CallProgress");
    await phone.next("CallProgress");
    peer.inDialogOf("BYE", invite, { tag: "one" });
    await peer.next("200", "BYE");
    peer.reply(invite, 180, { tag: "two" });
    await phone.next("CallProgress");
    assert.equal(peer.count("CANCEL"), 0);
    peer.inDialogOf("BYE", invite, { tag: "two" });
    await peer.next("200", "BYE");
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.error.code, "no-answer");
    assert.match(rejected.reason, /hung up/);
    peer.reply(await peer.next("CANCEL"), 200);
    peer.reply(invite, 487, { tag: "two" });
    await peer.next("ACK");
  });
});
