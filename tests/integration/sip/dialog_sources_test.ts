/** Requests with the right tags from where their dialog is not. */
import assert from "node:assert/strict";
import { TableResolver } from "../../fakes/table_resolver.ts";
import { description } from "./phone.ts";
import { RawMessage, RawPeer, type RequestOptions, sdp } from "./raw_peer.ts";
import { answered, withAccount, withPeer } from "./with_peer.ts";

const METHODS = "BYE INVITE UPDATE INFO REFER NOTIFY PRACK OPTIONS".split(" ");

/** Everything that a dialog takes, from somebody; each must be told that there is no such dialog. */
async function meddle(peer: RawPeer, invite: RawMessage, ok: RawMessage): Promise<void> {
  for (const [index, method] of METHODS.entries()) {
    const extras: Record<string, RequestOptions> = {
      INVITE: { body: sdp(9000) },
      UPDATE: { body: sdp(9000) },
      INFO: {
        headers: ["Content-Type: application/dtmf-relay"],
        body: "Signal=9\r\nDuration=100\r\n",
      },
      REFER: { headers: ["Refer-To: <sip:900@h>"] },
      NOTIFY: { headers: ["Event: refer", "Subscription-State: active"] },
      PRACK: { headers: ["RAck: 1 1 INVITE"] },
    };
    peer.inDialog(method, invite, ok, { cseq: 50 + index, ...extras[method] });
    await peer.next("481", method);
  }
}

Deno.test("a call by the server heeds nobody else, not even at its address", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const local = await RawPeer.open();
    const { invite, ok } = await answered({ phone, peer: server, port });
    const before = phone.inputs.length;
    await meddle(stranger, invite, ok);
    await meddle(local, invite, ok);
    assert.deepEqual(phone.inputs.slice(before), []);
    const warned = phone.logs.filter((line) => line.startsWith("warning"));
    assert.equal(warned.length, 1, "told once a call");
    // What they sent has not used up the CSeq.
    server.inDialog("BYE", invite, ok, { cseq: 3 });
    await server.next("200", "BYE");
    assert.equal((await phone.next("CallEnded")).by, "remote");
    await local.close();
  });
});

Deno.test("a direct call heeds its peer from whatever port, and nobody at another address", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const stranger = await RawPeer.open("127.0.0.3");
    const rebound = await RawPeer.open();
    const { call, invite, ok } = await answered({ phone, peer, port }, { via: "10.0.0.1:5060" });
    await meddle(stranger, invite, ok);
    // A NAT gave the peer another port: it is heeded, and reached there.
    rebound.inDialog("INVITE", invite, ok, { cseq: 60, via: "10.0.0.1:5060", body: sdp(6000) });
    await phone.next("RemoteOffer");
    phone.do({ type: "AnswerOffer", call, description: description(5000) });
    await rebound.next("200", "INVITE");
    rebound.inDialog("ACK", invite, ok, { cseq: 60, via: "10.0.0.1:5060" });
    phone.do({ type: "SendBye", call });
    rebound.reply(await rebound.next("BYE"), 200);
    assert.equal((await phone.next("CallEnded")).by, "local");
    await stranger.close();
    await rebound.close();
  });
});

Deno.test("a proxy that the call's Record-Route names is heeded, by address and by name", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    for (const host of ["127.0.0.2", "proxy.example"]) {
      const { invite, ok } = await answered({ phone, peer: server, port }, {
        headers: [`Record-Route: <sip:${host}:${stranger.port};lr>`],
      });
      stranger.inDialog("BYE", invite, ok, { cseq: 3 });
      await stranger.next("200", "BYE");
      assert.equal((await phone.next("CallEnded")).by, "remote");
    }
  }, { transport: { resolver: new TableResolver({ a: { "proxy.example": ["127.0.0.2"] } }) } });
});

Deno.test("the Contact of a call without Record-Route is heeded", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const { invite, ok } = await answered({ phone, peer: server, port }, {
      contact: stranger.contact,
    });
    stranger.inDialog("BYE", invite, ok, { cseq: 3 });
    await stranger.next("200", "BYE");
    await phone.next("CallEnded");
  });
});

Deno.test("a CANCEL of a ringing call is heeded from its caller only, whatever its Via says", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const invite = server.request("INVITE", port, { branch: "z9hG4bKguess", body: sdp(6000) });
    await phone.next("IncomingCall");
    const cancel = (peer: RawPeer) =>
      peer.request("CANCEL", port, {
        branch: "z9hG4bKguess",
        via: server.at,
        from: invite.header("from"),
        callId: invite.header("call-id"),
        contact: null,
      });
    cancel(stranger);
    await stranger.next("481", "CANCEL");
    cancel(server);
    await server.next("487", "INVITE");
    await phone.next("CallCancelled");
  });
});

Deno.test("an ACK of a stranger confirms no call", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const invite = server.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendAccept", call, description: description(5000) });
    const ok = await server.next("200", "INVITE");
    stranger.inDialog("ACK", invite, ok, { cseq: 1 });
    stranger.inDialog("INFO", invite, ok, { cseq: 2 });
    await stranger.next("481", "INFO");
    assert(!phone.inputs.some(({ type }) => type === "CallConfirmed"));
    server.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
  });
});

Deno.test("a stranger's Replaces does not take a call of the server", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const { invite, ok } = await answered({ phone, peer: server, port });
    const headers = [
      `Replaces: ${invite.header("call-id")};to-tag=${ok.tag("to")};from-tag=${ok.tag("from")}`,
    ];
    stranger.request("INVITE", port, { headers, body: sdp(6000) });
    await stranger.next("481", "INVITE");
    server.request("INVITE", port, { headers, body: sdp(6000) });
    await phone.next("IncomingCall");
  });
});
