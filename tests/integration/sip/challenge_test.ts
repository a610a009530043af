/** Challenges to calls of ours: several realms, stale nonces, wrong passwords, in the dialog too. */
import assert from "node:assert/strict";
import { description } from "./phone.ts";
import { sdp } from "./raw_peer.ts";
import { dialled, withPeer } from "./with_peer.ts";

Deno.test("a CANCEL while a challenge is under way leaves no phantom call", async () => {
  const password = Promise.withResolvers<string>();
  await withPeer(async ({ phone, peer }) => {
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
  await withPeer(async ({ phone, peer }) => {
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

Deno.test("several realms and algorithms, proxy and callee, are answered in one chain", async () => {
  await withPeer(async ({ phone, peer }) => {
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
  await withPeer(async ({ phone, peer }) => {
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
  await withPeer(async ({ phone, peer }) => {
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
  await withPeer(async ({ phone, peer }) => {
    await dialled({ phone, peer }, "c");
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
