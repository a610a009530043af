/** Offers in a call that is made already: re-INVITE, UPDATE, PRACK. */
import assert from "node:assert/strict";
import { description } from "./phone.ts";
import { type RawMessage, sdp } from "./raw_peer.ts";
import { answered, withPeer } from "./with_peer.ts";

Deno.test("a re-INVITE goes to the core; its answer keeps the o= line, raised by one", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok, {
      body: sdp(6000, ["a=sendonly", "m=image 6002 udptl t38"]),
    });
    const { offer } = await phone.next("RemoteOffer");
    assert.equal(offer?.direction, "sendonly");
    phone.do({
      type: "AnswerOffer",
      call,
      description: description(5000, { direction: "recvonly" }),
    });
    const answer = await peer.next("200", "INVITE");
    const origin = (message: RawMessage) => /o=- (\d+) (\d+)/.exec(message.body)!.slice(1);
    const [[id, version], [newId, newVersion]] = [origin(ok), origin(answer)];
    assert.equal(newId, id);
    assert.equal(Number(newVersion), Number(version) + 1);
    assert.match(answer.body, /m=audio 5000[^]*a=recvonly[^]*m=image 0 udptl t38/);
    assert.equal(answer.contact, ok.contact);
    peer.inDialog("ACK", invite, answer, { cseq: 2 });
  });
});

Deno.test("a re-INVITE may be refused, and the call goes on", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok, { body: sdp(6000) });
    await phone.next("RemoteOffer");
    phone.do({ type: "RejectOffer", call, status: 488 });
    peer.inDialog("ACK", invite, await peer.next("488"), { cseq: 2 });
    peer.inDialog("INVITE", invite, ok, { cseq: 3, body: "v=0\r\nnonsense" });
    peer.inDialog("ACK", invite, await peer.next("488"), { cseq: 3 });
    peer.inDialog("BYE", invite, ok, { cseq: 4, headers: ['Reason: Q.850;cause=16;text="Bye"'] });
    await peer.next("200", "BYE");
    const ended = await phone.next("CallEnded");
    assert.deepEqual([ended.by, ended.reason], ["remote", "Bye"]);
  });
});

Deno.test("a re-INVITE without offer gets ours, its ACK the answer", async () => {
  await withPeer(async (scene) => {
    const { phone, peer } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("INVITE", invite, ok);
    assert.equal((await phone.next("RemoteOffer")).offer, null);
    phone.do({ type: "AnswerOffer", call, description: description(5002) });
    const offer = await peer.next("200", "INVITE");
    assert.match(offer.body, /m=audio 5002/);
    peer.inDialog("ACK", invite, offer, { cseq: 2, body: sdp(6002) });
    assert.equal((await phone.next("CallConfirmed")).description?.port, 6002);
  });
});

Deno.test("a caller may change the sound before the answer: in PRACK, then by UPDATE", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const headers = ["Supported: 100rel"];
    const invite = peer.request("INVITE", port, { headers, body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    const early = await peer.next("183");
    const rack = `RAck: ${early.header("rseq")} 1 INVITE`;
    peer.inDialog("UPDATE", invite, early, { cseq: 2, body: sdp(6002) });
    await peer.next("491", "UPDATE");
    peer.inDialog("PRACK", invite, early, { cseq: 3, headers: [rack], body: sdp(6004) });
    assert.equal((await phone.next("RemoteOffer")).offer?.port, 6004);
    phone.do({ type: "AnswerOffer", call, description: description(5000) });
    assert.match((await peer.next("200", "PRACK")).body, /m=audio 5000 /);
    peer.inDialog("UPDATE", invite, early, { cseq: 4, body: sdp(6006) });
    assert.equal((await phone.next("RemoteOffer")).offer?.port, 6006);
    phone.do({ type: "AnswerOffer", call, description: description(5000) });
    assert.match((await peer.next("200", "UPDATE")).body, /m=audio 5000 /);

    // One that nobody has decided when the call is refused is not left open.
    peer.inDialog("UPDATE", invite, early, { cseq: 5, body: sdp(6008) });
    await phone.next("RemoteOffer");
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("487", "UPDATE");
    await peer.next("486", "INVITE");
  });
});

Deno.test("UPDATE: a refresh is answered, an offer goes to the core, one in the ringing is refused", async () => {
  await withPeer(async (scene) => {
    const { phone, peer, port } = scene;
    const { call, invite, ok } = await answered(scene);
    peer.inDialog("UPDATE", invite, ok, { contact: `sip:moved@${peer.at}` });
    assert.equal((await peer.next("200", "UPDATE")).contact, ok.contact);
    peer.inDialog("UPDATE", invite, ok, { cseq: 3, body: sdp(6000, ["a=inactive"]) });
    assert.equal((await phone.next("RemoteOffer")).offer?.direction, "inactive");
    phone.do({
      type: "AnswerOffer",
      call,
      description: description(5000, { direction: "inactive" }),
    });
    assert.match((await peer.next("200", "UPDATE")).body, /a=inactive/);
    peer.inDialog("UPDATE", invite, ok, { cseq: 2 });
    await peer.next("500", "UPDATE");
    phone.do({ type: "SendBye", call });
    assert.equal((await peer.next("BYE")).uri, `sip:peer@${peer.at}`);

    const second = peer.request("INVITE", port, { body: sdp(6000) });
    const early = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call: early.call, status: 180 });
    const ringing = await peer.next("180");
    peer.inDialog("UPDATE", second, ringing, { body: sdp(6000) });
    await peer.next("491", "UPDATE");
    phone.do({ type: "SendReject", call: early.call, status: 480 });
  });
});
