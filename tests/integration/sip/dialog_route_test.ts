/** Where the requests of a dialog go on an account: RFC 3261 §12.2.1.1. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";
import { type AccountScene, answered, withAccount } from "./with_peer.ts";

/** Somebody else at the server's address: another port. */
async function withOther(
  run: (scene: AccountScene & { other: RawPeer }) => Promise<void>,
): Promise<void> {
  const other = await RawPeer.open();
  try {
    await withAccount((scene) => run({ ...scene, other }));
  } finally {
    await other.close();
  }
}

Deno.test("what we ask in a call that came by the server follows its route set, else its Contact", async () => {
  const ways: [
    name: string,
    routed: boolean,
    contact: "server" | "other",
    to: "server" | "other",
  ][] = [
    ["the server's Contact", false, "server", "server"],
    ["a Record-Route of the server", true, "server", "other"],
    ["a Contact elsewhere", false, "other", "other"],
  ];
  await withOther(async ({ phone, server, other, port }) => {
    for (const [name, routed, contact, to] of ways) {
      const { call } = await answered({ phone, peer: server, port }, {
        contact: contact === "server" ? server.contact : other.contact,
        headers: routed ? [`Record-Route: <sip:${other.at};lr>`] : [],
      });
      phone.do({ type: "SendReinvite", call, offer: description(5000) });
      const goal = to === "server" ? server : other;
      goal.reply(await goal.next("INVITE"), 200, { body: sdp(6000) });
      await phone.next("OfferAccepted");
      await goal.next("ACK");
      phone.do({ type: "SendBye", call });
      goal.reply(await goal.next("BYE"), 200);
      await phone.next("CallEnded");
      assert.ok(true, name);
    }
  });
});

Deno.test("a Record-Route of the server itself keeps to the account's flow, and orders stay in line", async () => {
  await withAccount(async ({ phone, server, port }) => {
    const { call } = await answered({ phone, peer: server, port }, {
      contact: "sip:caller@192.0.2.9",
      headers: [`Record-Route: <sip:${server.at};lr>, <sip:core.example;lr>`],
    });
    phone.do({ type: "SendBye", call });
    const bye = await server.next("BYE");
    assert.equal(bye.uri, "sip:caller@192.0.2.9");
    assert.deepEqual(bye.headers("route"), [`<sip:${server.at};lr>`, "<sip:core.example;lr>"]);
    server.reply(bye, 200);
    await phone.next("CallEnded");
  });
});

Deno.test("the ACK and the BYE of a call by us go by the Record-Route of its answer", async () => {
  await withOther(async ({ phone, server, other }) => {
    phone.dial("c", "sip:bob@example.com");
    server.reply(await server.next("INVITE"), 200, {
      headers: [`Record-Route: <sip:${other.at};lr>`],
      body: sdp(7000),
    });
    await phone.next("CallAccepted");
    await other.next("ACK");
    phone.do({ type: "SendBye", call: "c" });
    other.reply(await other.next("BYE"), 200);
    assert.equal((await phone.next("CallEnded")).by, "local");
    assert.equal(server.count("BYE"), 0);
  });
});

Deno.test("a strict router is the next hop, also when a loose one follows it", async () => {
  await withOther(async ({ phone, server, other }) => {
    const loose = "<sip:192.0.2.77;lr>";
    phone.dial("c", "sip:bob@example.com");
    server.reply(await server.next("INVITE"), 200, {
      contact: "sip:bob@192.0.2.9",
      headers: [`Record-Route: ${loose}, <sip:${other.at}>`],
      body: sdp(7000),
    });
    await phone.next("CallAccepted");
    phone.do({ type: "SendBye", call: "c" });
    for (const method of ["ACK", "BYE"]) {
      const request = await other.next(method);
      assert.equal(request.uri, `sip:${other.at}`);
      assert.deepEqual(request.headers("route"), [loose, "<sip:bob@192.0.2.9>"]);
      assert.doesNotMatch(request.header("via"), /invalid/);
      if (method === "BYE") other.reply(request, 200);
    }
    assert.equal((await phone.next("CallEnded")).by, "local");
  });
});

Deno.test("a peer that called an account directly is asked directly", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    const { call } = await answered({ phone, peer: stranger, port });
    phone.do({ type: "SendReinvite", call, offer: description(5000) });
    stranger.reply(await stranger.next("INVITE"), 200, { body: sdp(6000) });
    await phone.next("OfferAccepted");
    phone.do({ type: "SendBye", call });
    stranger.reply(await stranger.next("BYE"), 200);
    await phone.next("CallEnded");
    assert.deepEqual(server.received, []);
  });
});

Deno.test("a direct caller that is gone does not make the account disconnected", async () => {
  const clock = new VirtualClock();
  await withAccount(async ({ phone, stranger, port }) => {
    const { call } = await answered({ phone, peer: stranger, port });
    phone.do({ type: "SendBye", call });
    await stranger.next("BYE");
    clock.advance(40_000);
    // Another call shows that what the silence led to, if anything, has been told.
    stranger.request("INVITE", port, { body: sdp(6000) });
    await phone.next("IncomingCall");
    const changes = phone.inputs.filter(({ type }) => type === "ConnectionChanged");
    assert.equal(changes.length, 1);
  }, { clock });
});
