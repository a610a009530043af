/** Calls of ours against a peer that is written by hand: forks, redirections, early and late offers. */
import assert from "node:assert/strict";
import { description } from "./phone.ts";
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

Deno.test("ringback without Contact, without To tag, and an answer without Contact are heard", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 180, { tag: null, contact: null });
    assert.equal((await phone.next("CallProgress")).status, 180);
    peer.reply(invite, 183, { contact: null, body: sdp(7000) });
    assert.equal((await phone.next("CallProgress")).description?.port, 7000);
    peer.reply(invite, 200, { contact: null, body: sdp(7000) });
    await phone.next("CallAccepted");
    assert.equal((await peer.next("ACK")).uri, `sip:x@${peer.at}`);
  });
});

Deno.test("ACK and BYE go to the Contact of the 200, not to that of an early 183", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 183, { contact: `sip:early@${peer.at}` });
    peer.reply(invite, 200, {
      contact: `sip:late;v=a%2Bb@${peer.at};x="`.slice(0, -4),
      body: sdp(7000),
    });
    await phone.next("CallAccepted");
    assert.equal((await peer.next("ACK")).uri, `sip:late;v=a%2Bb@${peer.at}`);
    phone.do({ type: "SendBye", call: "c" });
    const bye = await peer.next("BYE");
    assert.equal(bye.uri, `sip:late;v=a%2Bb@${peer.at}`);
    peer.reply(bye, 200);
    await phone.next("CallEnded");
  });
});

Deno.test("an answer without description takes the one of its 183; none at all ends the call", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 183, { body: sdp(7000) });
    peer.reply(invite, 200);
    assert.equal((await phone.next("CallAccepted")).description?.port, 7000);
    phone.dial("d", `sip:y@${peer.at}`);
    peer.reply(await peer.next("INVITE"), 200);
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.error.code, "media-failed");
    await peer.next("ACK");
    await peer.next("BYE");
  });
});

Deno.test("a delayed offer in the 200 is answered in the ACK", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`, { offer: null });
    const invite = await peer.next("INVITE");
    assert.equal(invite.body, "");
    assert.ok(!/100rel/.test(invite.header("supported")));
    peer.reply(invite, 200, { body: sdp(7000, ["m=video 7002 RTP/AVP 31"]) });
    const accepted = await phone.next("CallAccepted");
    assert.equal(accepted.isOffer, true);
    assert.equal(accepted.description?.port, 7000);
    assert.equal(peer.count("ACK"), 0);
    phone.do({ type: "AnswerOffer", call: "c", description: description(4000) });
    const ack = await peer.next("ACK");
    assert.match(ack.body, /m=audio 4000 RTP\/AVP 0 8[^]*m=video 0 RTP\/AVP 31/);
  });
});

Deno.test("a delayed offer that is refused gets a refusal in the ACK, then BYE", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`, { offer: null });
    peer.reply(await peer.next("INVITE"), 200, { body: sdp(7000) });
    await phone.next("CallAccepted");
    phone.do({ type: "RejectOffer", call: "c", status: 488 });
    assert.match((await peer.next("ACK")).body, /m=audio 0 /);
    phone.do({ type: "SendBye", call: "c" });
    peer.reply(await peer.next("BYE"), 200);
    await phone.next("CallEnded");
  });
});

Deno.test("a late answer with an offer is refused in the ACK before the BYE", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`, { offer: null });
    const invite = await peer.next("INVITE");
    peer.reply(invite, 180);
    await phone.next("CallProgress");
    phone.do({ type: "SendCancel", call: "c" });
    peer.reply(invite, 200, { body: sdp(7000) });
    assert.match((await peer.next("ACK")).body, /m=audio 0 /);
    await peer.next("BYE");
  });
});

Deno.test("a reliable 183 gets PRACK, its answer counts, a repeated one is ignored", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    assert.match(invite.header("supported"), /100rel/);
    const reliable = { headers: ["Require: 100rel", "RSeq: 77"], body: sdp(7000) };
    peer.reply(invite, 183, reliable);
    const prack = await peer.next("PRACK");
    assert.equal(prack.header("rack"), "77 1 INVITE");
    peer.reply(prack, 200);
    peer.reply(invite, 183, reliable);
    assert.equal((await phone.next("CallProgress")).description?.port, 7000);
    peer.reply(invite, 200);
    const accepted = await phone.next("CallAccepted");
    assert.equal(accepted.description, null);
    assert.equal(peer.count("PRACK"), 1);
  });
});

Deno.test("a peer that has answered early may change the sound by UPDATE", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    const update = (cseq: number, options: { body?: string }) =>
      peer.inDialogOf("UPDATE", invite, { tag: "early", cseq, ...options });
    peer.reply(invite, 183, { tag: "early", body: sdp(7000) });
    await phone.next("CallProgress");
    update(1, { body: sdp(7100) });
    await peer.next("491", "UPDATE");

    const headers = ["Require: 100rel", "RSeq: 77"];
    peer.reply(invite, 183, { tag: "early", headers, body: sdp(7000) });
    peer.reply(await peer.next("PRACK"), 200);
    await phone.next("CallProgress");
    update(2, { body: sdp(7100) });
    assert.equal((await phone.next("RemoteOffer")).offer?.port, 7100);
    update(3, { body: sdp(7200) });
    await peer.next("491", "UPDATE");
    phone.do({ type: "AnswerOffer", call: "c", description: description(4000) });
    assert.match((await peer.next("200", "UPDATE")).body, /m=audio 4000 /);
    update(4, { body: sdp(7300) });
    await phone.next("RemoteOffer");
    phone.do({ type: "RejectOffer", call: "c", status: 488 });
    await peer.next("488", "UPDATE");
    update(5, {});
    assert.equal((await peer.next("200", "UPDATE")).body, "");
    peer.reply(invite, 200, { tag: "early" });
    assert.equal((await phone.next("CallAccepted")).description, null);
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

Deno.test("the identity that the account's server asserts for the answer is the remote party", async () => {
  const identity = 'P-Asserted-Identity: "Bob \\"B\\"" <tel:+4930123>, <sip:+4930123@pbx.example>';
  await withAccount(async ({ phone, server }) => {
    phone.dial("c", "sip:x@pbx.example");
    server.reply(await server.next("INVITE"), 200, { headers: [identity], body: sdp(7000) });
    assert.equal((await phone.next("CallAccepted")).remote.uri, "sip:+4930123@pbx.example");
  });
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    peer.reply(await peer.next("INVITE"), 200, { headers: [identity], body: sdp(7000) });
    assert.equal((await phone.next("CallAccepted")).remote.uri, `sip:x@${peer.at}`);
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

Deno.test("an answer that cannot be read whole is an answer: it is acknowledged and told", async () => {
  const told = /answer to our request is malformed: Contact/;
  const cases: [contact: string, tag: string | null, isLost: boolean][] = [
    ["Contact: nonsense", "1", true],
    ["Contact: *", "1", true],
    ["Contact:", "1", true],
    ["Contact: <http://AT/>", "1", true],
    ["Contact: <mailto:peer@AT>", "1", true],
    ["Contact: <sip:peer@127.0.0.1:0>", "1", true],
    ["Contact: <sip:peer@127.0.0.1:99999>", "1", true],
    ["Contact: <http://AT/>, <sip:x@AT>", "1", true],
    ["Contact: Bob (work) <sip:peer@AT>", "2", false],
    ["Contact: <sip:call center@AT;transport=>;", "a/b==", false],
    ["Contact: <sip:peer@AT>;", null, false],
  ];
  for (const [contact, tag, isLost] of cases) {
    await withPeer(async ({ phone, peer }) => {
      phone.dial("c", `sip:x@${peer.at}`);
      const invite = await peer.next("INVITE");
      const headers = [contact.replaceAll("AT", peer.at)];
      peer.reply(invite, 200, { tag, contact: null, headers, body: sdp(7000) });
      await phone.next("CallAccepted");
      const ack = await peer.next("ACK");
      if (isLost) assert.equal(ack.uri, `sip:x@${peer.at}`, "the INVITE's own target");
      assert.equal(phone.logs.filter((line) => told.test(line)).length, 1);
      const unreadable = phone.inputs.find((input) => input.type === "ResponseMalformed");
      assert.deepEqual(unreadable?.headers, isLost ? ["Contact"] : undefined, contact);
      phone.do({ type: "SendBye", call: "c" });
      peer.reply(await peer.next("BYE"), 200);
    });
  }
});

Deno.test("answers with bare LFs or an odd Content-Length are heard", async () => {
  const habits: [name: string, write: (text: string) => string][] = [
    ["bare LFs", (text) => text.replaceAll("\r\n", "\n")],
    ["a sign", (text) => text.replace("Content-Length: ", "Content-Length: +")],
    ["no number", (text) => text.replace(/Content-Length: \d+/, "Content-Length:")],
    ["twice", (text) => text.replace(/(Content-Length: \d+\r\n)/, "$1$1")],
  ];
  for (const [name, write] of habits) {
    await withPeer(async ({ phone, peer }) => {
      const send = peer.send.bind(peer);
      peer.send = (text, port) => send(write(text), port);
      phone.dial("c", `sip:x@${peer.at}`);
      peer.reply(await peer.next("INVITE"), 200, { body: sdp(7000).replaceAll("\r\n", "\n") });
      const { description } = await phone.next("CallAccepted");
      assert.equal(description?.port, 7000, name);
      await peer.next("ACK");
      phone.do({ type: "SendBye", call: "c" });
      peer.reply(await peer.next("BYE"), 200);
    });
  }
});
