/** Answers to calls of ours by a peer that is written by hand: early, delayed, reliable, odd. */
import assert from "node:assert/strict";
import { description } from "./phone.ts";
import { sdp } from "./raw_peer.ts";
import { withAccount, withPeer } from "./with_peer.ts";

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
