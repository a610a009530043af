/** Challenges to calls of ours: several realms, stale nonces, wrong passwords, in the dialog too. */
import assert from "node:assert/strict";
import { description, type Phone } from "./phone.ts";
import { type RawMessage, type RawPeer, type ReplyOptions, sdp } from "./raw_peer.ts";
import { answered, dialled, withAccount, withPeer } from "./with_peer.ts";

/** The phone registers; the server names its realms. */
async function registerAt(server: RawPeer, phone: Phone, realms: string[]): Promise<void> {
  phone.do({ type: "Register", account: "test" });
  server.reply(await server.next("REGISTER"), 401, {
    headers: realms.map((realm) => `WWW-Authenticate: Digest realm="${realm}", nonce="n"`),
  });
  server.reply(await server.next("REGISTER"), 200);
  while ((await phone.next("RegistrationChanged")).registration.state !== "registered");
}

function challenge(realm: string, more = ""): ReplyOptions {
  return { headers: [`Proxy-Authenticate: Digest realm="${realm}", nonce="n"${more}`] };
}

/** Whether a request shows the password to anybody. */
function hasCredentials(message: RawMessage): boolean {
  return /^(?:proxy-)?authorization:/im.test(message.text);
}

Deno.test("a CANCEL while a challenge is under way leaves no phantom call", async () => {
  const password = Promise.withResolvers<string>();
  await withAccount(async ({ phone, server: peer }) => {
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
  await withAccount(async ({ phone, server: peer }) => {
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

Deno.test("several realms and algorithms, proxy and registrar, are answered in one chain", async () => {
  await withAccount(async ({ phone, server: peer }) => {
    await registerAt(peer, phone, ["proxy", "callee"]);
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

for (const status of [401, 407]) {
  Deno.test(`a Digest behind other schemes in one header of a ${status} is answered`, async () => {
    await withAccount(async ({ phone, server }) => {
      const name = status === 401 ? "WWW-Authenticate" : "Proxy-Authenticate";
      const table = [
        'Basic realm="x", Digest realm="pbx", nonce="1", qop=auth',
        'Negotiate, Digest realm="pbx", nonce="1"',
        "NTLM",
        ", Digest realm=pbx, nonce=1,",
      ];
      phone.do({ type: "Register", account: "test" });
      for (const value of table) {
        const other = 'Digest realm="pbx", nonce="2"';
        const lines = [value, ...(value === "NTLM" ? [other] : [])];
        const headers = lines.map((line) => `${name}: ${line}`);
        server.reply(await server.next("REGISTER"), status, { headers });
        const again = await server.next("REGISTER");
        const answer = status === 401 ? "authorization" : "proxy-authorization";
        assert.match(again.header(answer), /^Digest username="alice", realm="pbx"/, value);
        server.reply(again, 200, { headers: ["Expires: 300"] });
        phone.do({ type: "Register", account: "test" });
      }
      server.reply(await server.next("REGISTER"), 200);
    });
  });
}

Deno.test("a wrong password ends the call as refused credentials", async () => {
  await withAccount(async ({ phone, server: peer }) => {
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
  await withAccount(async ({ phone, server: peer }) => {
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

Deno.test("challenges inside the dialog are answered: INFO, re-INVITE, BYE", async () => {
  await withAccount(async ({ phone, server: peer }) => {
    await registerAt(peer, phone, ["r"]);
    await dialled({ phone, peer }, "c");
    const challenge = (nonce: string) => ({
      headers: [`Proxy-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"`],
    });
    phone.do({ type: "SendInfoDigits", call: "c", digits: "1", durationMs: 100 });
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

Deno.test("a callee's challenge that the server passes on is refused, to an INVITE and in the call", async () => {
  await withAccount(async ({ phone, server }) => {
    await registerAt(server, phone, ["pbx"]);
    phone.dial("a", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("evil"));
    const { error } = await phone.next("CallRejected");
    assert.equal(error.code, "auth-refused");
    assert.match(error.message, /"evil", which is not the server of test/);
    assert.match(error.hint!, /accounts\.test\.auth_realms/);

    await dialled({ phone, peer: server }, "b");
    phone.do({ type: "SendReinvite", call: "b", offer: description(4000) });
    server.reply(await server.next("INVITE"), 401, challenge("evil"));
    assert.equal((await phone.next("OfferRejected")).status, 401);
    phone.do({ type: "SendBye", call: "b" });
    server.reply(await server.next("BYE"), 407, challenge("evil"));
    await phone.next("CallEnded");
    assert(phone.logs.some((line) => /warning BYE was refused: .*"evil"/.test(line)));
    const others = server.received.filter(({ kind }) => kind !== "REGISTER");
    assert(!others.some(hasCredentials));
  });
});

Deno.test("without a registration the realm of the first INVITE is the account's, no other", async () => {
  await withAccount(async ({ phone, server }) => {
    phone.dial("a", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx"));
    const second = await server.next("INVITE");
    assert(hasCredentials(second));
    server.reply(second, 407, challenge("evil"));
    assert.equal((await phone.next("CallRejected")).error.code, "auth-refused");
    assert.equal(server.count("INVITE"), 2);
  });
});

Deno.test("further realms of the server are named in the configuration, or are its name", async () => {
  for (const realm of ["voip.example", "127.0.0.1"]) {
    await withAccount(async ({ phone, server }) => {
      await registerAt(server, phone, ["pbx"]);
      phone.dial("a", "sip:x@example.com");
      server.reply(await server.next("INVITE"), 407, challenge(realm));
      const second = await server.next("INVITE");
      assert(hasCredentials(second));
      server.reply(second, 486);
    }, { account: { authRealms: ["voip.example"] } });
  }
});

Deno.test("a stranger gets no digest of the password, whatever it asks, not by way of the server either", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    await registerAt(server, phone, ["pbx"]);
    const { call } = await answered({ phone, peer: stranger, port });
    phone.do({ type: "SendReinvite", call, offer: description(5000) });
    stranger.reply(await stranger.next("INVITE"), 401, challenge("pbx"));
    await phone.next("OfferRejected");
    phone.do({ type: "SendBye", call });
    stranger.reply(await stranger.next("BYE"), 407, challenge("pbx"));
    await phone.next("CallEnded");

    // Its Contact is a number at our server, which asks for a password before it calls that.
    const other = await answered({ phone, peer: stranger, port }, {
      contact: `sip:+19005550199@${server.at}`,
    });
    phone.do({ type: "SendReinvite", call: other.call, offer: description(5000) });
    server.reply(await server.next("INVITE"), 407, challenge("pbx"));
    await phone.next("OfferRejected");
    const all = [
      ...stranger.received,
      ...server.received.filter(({ kind }) => kind !== "REGISTER"),
    ];
    assert(!all.some(hasCredentials));
  });
});

Deno.test("credentials do not leave with requests that go past the server", async () => {
  await withAccount(async ({ phone, server, stranger }) => {
    phone.dial("a", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx"));
    const second = await server.next("INVITE");
    assert(hasCredentials(second));
    server.reply(second, 200, { contact: stranger.contact, body: sdp(7000) });
    await phone.next("CallAccepted");
    phone.do({ type: "SendBye", call: "a" });
    const bye = await stranger.next("BYE");
    assert.match(bye.text, /\r\nMax-Forwards: 70\r\n/i);
    assert(!stranger.received.some(hasCredentials));
    stranger.reply(bye, 407, challenge("pbx"));
    await phone.next("CallEnded");
    assert.equal(stranger.count("BYE"), 1);
  });
});

Deno.test("without an account no challenge is answered", async () => {
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    peer.reply(await peer.next("INVITE"), 401, {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'],
    });
    const { error } = await phone.next("CallRejected");
    assert.match(error.message, /^127\.0\.0\.1:\d+ asks for a password, and got none$/);
    assert.equal(peer.count("INVITE"), 1);
  });
});

Deno.test("a realm that offered SHA-256 is not answered with MD5 later, in another request either", async () => {
  await withAccount(async ({ phone, server }) => {
    phone.dial("a", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx", ", algorithm=SHA-256"));
    const second = await server.next("INVITE");
    assert.match(second.header("proxy-authorization"), /algorithm=SHA-256/);
    server.reply(second, 407, challenge("pbx", ", algorithm=MD5, stale=true"));
    assert.match((await phone.next("CallRejected")).error.message, /by MD5, although it offered/);
    phone.dial("b", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx"));
    assert.equal((await phone.next("CallRejected")).error.code, "auth-refused");
  });
});

Deno.test("MD5 can be forbidden", async () => {
  await withAccount(async ({ phone, server }) => {
    phone.dial("a", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx"));
    const { error } = await phone.next("CallRejected");
    assert.match(error.message, /by MD5, which is forbidden/);
    assert.match(error.hint!, /accounts\.test\.allow_md5/);
    phone.dial("b", "sip:x@example.com");
    server.reply(await server.next("INVITE"), 407, challenge("pbx", ", algorithm=SHA-256"));
    assert(hasCredentials(await server.next("INVITE")));
    phone.do({ type: "SendCancel", call: "b" });
  }, { account: { allowMd5: false } });
});
