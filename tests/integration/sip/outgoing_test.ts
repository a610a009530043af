/** Calls of ours against a peer that is written by hand: forks, races, redirections, challenges. */
import assert from "node:assert/strict";
import { description, Phone, type PhoneOptions } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";

async function withPeer(
  run: (phone: Phone, peer: RawPeer) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const peer = await RawPeer.open();
  const phone = await Phone.listening(options);
  try {
    await run(phone, peer);
  } finally {
    for (const bye of peer.received.filter((message) => message.kind === "BYE")) {
      peer.reply(bye, 200);
    }
    peer.obliging.add("BYE");
    await phone.stop();
    await peer.close();
  }
}

Deno.test("of two answers to a forked INVITE the second gets ACK and BYE", async () => {
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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

Deno.test("a CANCEL waits for the first provisional response", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    phone.do({ type: "SendCancel", call: "c" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("CANCEL"), 0);
    peer.reply(invite, 180);
    const cancel = await peer.next("CANCEL");
    for (const name of ["via", "from", "call-id"]) {
      const strip = (value: string) => value.replace(/;rport=\d+|;received=[^;]+/g, "");
      assert.equal(strip(cancel.header(name)), strip(invite.header(name)));
    }
    assert.equal(cancel.header("cseq"), "1 CANCEL");
    assert.equal(cancel.uri, invite.uri);
    peer.reply(cancel, 200);
    peer.reply(invite, 487);
    await peer.next("ACK");
    assert.equal((await phone.next("CallRejected")).status, 487);
  });
});

Deno.test("a CANCEL while a challenge is under way leaves no phantom call", async () => {
  const password = Promise.withResolvers<string>();
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 407, {
      headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=MD5'],
    });
    await peer.next("ACK");
    phone.do({ type: "SendCancel", call: "c" });
    password.resolve("secret");
    assert.equal((await phone.next("CallRejected")).status, 487);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("INVITE"), 1);
  }, { password: () => password.promise });
});

Deno.test("a challenge that crosses a CANCEL is not answered", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    phone.do({ type: "SendCancel", call: "c" });
    peer.reply(invite, 407, {
      headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=MD5'],
    });
    await phone.next("CallRejected");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(peer.count("INVITE"), 1);
  });
});

Deno.test("a 200 that crosses a CANCEL gets ACK and BYE", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 180);
    await phone.next("CallProgress");
    phone.do({ type: "SendCancel", call: "c" });
    peer.reply(invite, 200, { body: sdp(7000) });
    await peer.next("CANCEL");
    await peer.next("ACK");
    peer.reply(await peer.next("BYE"), 200);
    assert.equal((await phone.next("CallRejected")).status, 487);
  });
});

Deno.test("several realms and algorithms, proxy and callee, are answered in one chain", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const first = await peer.next("INVITE");
    peer.reply(first, 407, {
      headers: [
        'Proxy-Authenticate: Digest realm="proxy", nonce="a", algorithm=MD5, qop="auth"',
        'Proxy-Authenticate: Digest realm="proxy", nonce="b", algorithm=SHA-256, qop="auth"',
      ],
    });
    const second = await peer.next("INVITE");
    assert.equal(second.headers("proxy-authorization").length, 1);
    assert.match(second.header("proxy-authorization"), /algorithm=SHA-256/);
    assert.equal(second.header("cseq"), "2 INVITE");
    assert.equal(second.header("call-id"), first.header("call-id"));
    assert.equal(second.tag("from"), first.tag("from"));
    peer.reply(second, 401, {
      headers: ['WWW-Authenticate: Digest realm="callee", nonce="c", qop="auth-int"'],
    });
    const third = await peer.next("INVITE");
    assert.match(third.header("proxy-authorization"), /nc=00000002/);
    assert.match(third.header("authorization"), /qop=auth-int/);
    peer.reply(third, 200, { body: sdp(7000) });
    await phone.next("CallAccepted");
    const ack = await peer.next("ACK", "ACK");
    assert.ok(ack, "ACK to a refusal");
    const acks = [await peer.next("ACK"), await peer.next("ACK")];
    assert.match(acks.at(-1)!.header("authorization"), /realm="callee"/);
  });
});

Deno.test("a wrong password ends the call as refused credentials", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const challenge = (nonce: string) => ({
      headers: [`WWW-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"`],
    });
    peer.reply(await peer.next("INVITE"), 401, challenge("1"));
    peer.reply(await peer.next("INVITE"), 401, challenge("2"));
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.error.code, "auth-refused");
    assert.equal(rejected.status, 401);
    assert.equal(peer.count("INVITE"), 2);
  });
});

Deno.test("a stale nonce is taken anew with the same password", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const challenge = (nonce: string, stale: string) => ({
      headers: [`WWW-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"${stale}`],
    });
    peer.reply(await peer.next("INVITE"), 401, challenge("1", ""));
    peer.reply(await peer.next("INVITE"), 401, challenge("2", ", stale=true"));
    const third = await peer.next("INVITE");
    assert.match(third.header("authorization"), /nonce="2"/);
    peer.reply(third, 486);
    assert.equal((await phone.next("CallRejected")).error.code, "busy");
  });
});

Deno.test("redirection follows Contacts by q and stops at a loop", async () => {
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
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
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`, { from: { uri: "sip:me@h", displayName: 'A "b"' } });
    peer.reply(await peer.next("INVITE"), 486);
    const rejected = await phone.next("CallRejected");
    assert.deepEqual(rejected.local, { uri: "sip:me@h", displayName: 'A "b"' });
    assert.equal(rejected.transport, "udp");
  });
});

Deno.test("nobody there is unreachable, with the reason", async () => {
  await withPeer(async (phone) => {
    phone.dial("c", "sip:x@127.0.0.1:1;transport=tcp");
    const rejected = await phone.next("CallRejected");
    assert.equal(rejected.status, 0, "nobody said 503");
    assert.equal(rejected.error.code, "unreachable");
  });
});

Deno.test("the asserted identity of the answer is the remote party", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:x@${peer.at}`);
    peer.reply(await peer.next("INVITE"), 200, {
      headers: ['P-Asserted-Identity: "Bob \\"B\\"" <tel:+4930123>, <sip:+4930123@pbx.example>'],
      body: sdp(7000),
    });
    const accepted = await phone.next("CallAccepted");
    assert.equal(accepted.remote.uri, "sip:+4930123@pbx.example");
  });
});

/** A call of ours that the peer answered with a tag. */
async function answered(phone: Phone, peer: RawPeer, call: string, tag = "peer") {
  phone.dial(call, `sip:x@${peer.at}`);
  const invite = await peer.next("INVITE");
  peer.reply(invite, 200, { tag, body: sdp(7000), headers: ["Allow: INVITE, UPDATE"] });
  await phone.next("CallAccepted");
  await peer.next("ACK");
  return invite;
}

Deno.test("a transfer tells its progress from NOTIFYs", async () => {
  await withPeer(async (phone, peer) => {
    const invite = await answered(phone, peer, "c");
    phone.do({ type: "SendRefer", call: "c", target: "tel:+4930;isub=1" });
    const refer = await peer.next("REFER");
    assert.equal(refer.header("refer-to"), "<tel:+4930;isub=1>");
    assert.match(refer.header("referred-by"), /^<sip:alice@/);
    peer.reply(refer, 202);
    assert.equal((await phone.next("ReferProgress")).status, 100);
    const notify = (cseq: number, body: string, state: string) =>
      peer.inDialogOf("NOTIFY", invite, {
        cseq,
        headers: [
          "Event: refer;id=2",
          `Subscription-State: ${state}`,
          "Content-Type: message/sipfrag;version=2.0",
        ],
        body,
      });
    notify(1, "SIP/2.0 180 Ringing", "active;expires=60");
    assert.equal((await phone.next("ReferProgress")).status, 180);
    notify(2, "SIP/2.0 486 Busy Here\r\nX: y\r\n", "terminated;reason=noresource");
    const last = await phone.next("ReferProgress");
    assert.deepEqual([last.status, last.reason], [486, "Busy Here"]);
    notify(3, "nothing", "active");
    await peer.next("400", "NOTIFY");
  });
});

Deno.test("an attended transfer names the dialog that is replaced, as its peer knows it", async () => {
  await withPeer(async (phone, peer) => {
    await answered(phone, peer, "c", "first");
    const second = await answered(phone, peer, "d", "second");
    phone.do({ type: "SendRefer", call: "c", target: "sip:bob@example.com", replaces: "d" });
    const refer = await peer.next("REFER");
    const [, value] = /^<sip:bob@example\.com\?Replaces=([^>]+)>$/.exec(refer.header("refer-to"))!;
    assert.equal(
      decodeURIComponent(value),
      `${second.header("call-id")};to-tag=second;from-tag=${second.tag("from")}`,
    );
    peer.reply(refer, 202);
  });
});

Deno.test("challenges inside the dialog are answered: INFO, re-INVITE, BYE", async () => {
  await withPeer(async (phone, peer) => {
    await answered(phone, peer, "c");
    const challenge = (nonce: string) => ({
      headers: [`Proxy-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"`],
    });
    phone.do({ type: "SendInfoDigit", call: "c", digit: "1", durationMs: 100 });
    peer.reply(await peer.next("INFO"), 407, challenge("1"));
    const info = await peer.next("INFO");
    assert.match(info.header("proxy-authorization"), /nonce="1".*nc=00000001/);
    peer.reply(info, 200);
    phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    peer.reply(await peer.next("INVITE"), 407, challenge("2"));
    const reinvite = await peer.next("INVITE");
    assert.match(reinvite.header("proxy-authorization"), /nonce="2"/);
    peer.reply(reinvite, 200, { body: sdp(7000) });
    await phone.next("OfferAccepted");
    phone.do({ type: "SendBye", call: "c" });
    peer.reply(await peer.next("BYE"), 407, challenge("3"));
    const bye = await peer.next("BYE");
    assert.match(bye.header("proxy-authorization"), /nonce="3"/);
    peer.reply(bye, 200);
    await phone.next("CallEnded");
  });
});

Deno.test("a dialog that the peer does not know any more is ended with an error", async () => {
  await withPeer(async (phone, peer) => {
    await answered(phone, peer, "c");
    phone.do({ type: "SendReinvite", call: "c", offer: description(4000) });
    peer.reply(await peer.next("INVITE"), 481);
    const ended = await phone.next("CallEnded");
    assert.equal(ended.error?.code, "unreachable");
    await peer.next("BYE");
  });
});

Deno.test("a re-INVITE of the peer without ACK does not lock the call", async () => {
  await withPeer(async (phone, peer) => {
    const invite = await answered(phone, peer, "c");
    peer.inDialogOf("INVITE", invite, { cseq: 1, body: sdp(7000, ["a=sendonly"]) });
    await phone.next("RemoteOffer");
    phone.do({ type: "AnswerOffer", call: "c", description: description(4000) });
    const ok = await peer.next("200", "INVITE");
    // Resent until the ACK comes.
    await peer.next("200", "INVITE");
    phone.do({ type: "SendReinvite", call: "c", offer: description(4002) });
    peer.inDialogOf("ACK", invite, { cseq: 1 });
    assert.match((await peer.next("INVITE")).body, /m=audio 4002/);
    assert.notEqual(ok.body, "");
  });
});

Deno.test("of a silent peer the core hears after a second; a late ringing is cancelled all the same", async () => {
  await withPeer(async (phone, peer) => {
    phone.dial("c", `sip:bob@${peer.at}`);
    const invite = await peer.next("INVITE");
    const asked = performance.now();
    phone.do({ type: "SendCancel", call: "c" });
    const rejected = await phone.next("CallRejected");
    assert.ok(performance.now() - asked < 2_500);
    assert.deepEqual([rejected.status, rejected.error.code], [0, "unreachable"]);
    assert.equal(rejected.error.message, `nothing answers at ${peer.at} over udp`);
    assert.equal(peer.count("CANCEL"), 0);
    peer.reply(invite, 180);
    const cancel = await peer.next("CANCEL");
    peer.reply(cancel, 200);
    peer.reply(invite, 487);
    await peer.next("ACK");
    assert.equal(phone.inputs.filter(({ type }) => type === "CallRejected").length, 1);
  });
});
