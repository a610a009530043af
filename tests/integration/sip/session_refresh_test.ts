/** Session timers against a peer written by hand: a good call outlives whatever a peer says of them. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import type { Phone } from "./phone.ts";
import { type RawMessage, type RawPeer, sdp } from "./raw_peer.ts";
import { withPeer } from "./with_peer.ts";

interface Timed {
  phone: Phone;
  peer: RawPeer;
  invite: RawMessage;
  /** Lets so many seconds pass for the phone. */
  pass(seconds: number): void;
}

/** A call of ours whose 2xx has these headers. */
async function timed(headers: string[], run: (timed: Timed) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const invite = await peer.next("INVITE");
    peer.reply(invite, 200, { body: sdp(7000), headers });
    await phone.next("CallAccepted");
    await peer.next("ACK");
    await run({ phone, peer, invite, pass: (seconds) => clock.advance(seconds * 1000) });
    assert.ok(!phone.inputs.some(({ type }) => type === "CallEnded"), "the call goes on");
    assert.equal(peer.count("BYE"), 0);
  }, { clock });
}

const UPDATE = "Allow: INVITE, ACK, BYE, UPDATE";

for (
  const [name, header] of [
    ["without refresher", "Session-Expires: 90"],
    ["with an empty refresher", "Session-Expires: 90;refresher="],
    ["with a quoted one", 'Session-Expires: 90;refresher="uac";'],
  ]
) {
  Deno.test(`a 2xx ${name}: we refresh, as we asked for the timer`, async () => {
    await timed([UPDATE, header], async ({ peer, pass }) => {
      for (let round = 0; round < 3; round++) {
        pass(46);
        const update = await peer.next("UPDATE");
        assert.equal(update.header("session-expires"), "90;refresher=uac");
        // Not even this answer says it, or has the header at all.
        peer.reply(update, 200, { headers: round === 0 ? [header] : [] });
        await settled(peer);
      }
    });
  });
}

for (const status of [405, 501, 400, 415, 488, 503, 603]) {
  Deno.test(`an UPDATE refused with ${status} is followed by a re-INVITE, then and later`, async () => {
    await timed([UPDATE, "Session-Expires: 90;refresher=uac"], async ({ peer, pass }) => {
      pass(46);
      peer.reply(await peer.next("UPDATE"), status);
      for (let round = 0; round < 2; round++) {
        const again = await peer.next("INVITE");
        assert.match(again.body, /m=audio 4000/);
        peer.reply(again, 200, {
          body: sdp(7000),
          headers: ["Session-Expires: 90;refresher=uac"],
        });
        await peer.next("ACK");
        pass(46);
      }
      assert.equal(peer.count("UPDATE"), 1);
    });
  });
}

Deno.test("a peer that refuses every refresh is alive: it is asked again, not hung up on", async () => {
  await timed(["Session-Expires: 90;refresher=uac"], async ({ peer, pass }) => {
    for (let round = 0; round < 4; round++) {
      pass(46);
      peer.reply(await peer.next("INVITE"), 488);
      await peer.next("ACK");
      await settled(peer);
    }
  });
});

Deno.test("422 to a refresh: again with the longer interval (RFC 4028 §7.3)", async () => {
  await timed([UPDATE, "Session-Expires: 90;refresher=uac"], async ({ peer, pass }) => {
    pass(46);
    peer.reply(await peer.next("UPDATE"), 422, { headers: ["Min-SE: 300"] });
    await settled(peer);
    pass(5);
    const update = await peer.next("UPDATE");
    assert.equal(update.header("session-expires"), "300;refresher=uac");
    assert.equal(update.header("min-se"), "300");
    peer.reply(update, 200, { headers: ["Session-Expires: 300;refresher=uac"] });
    await settled(peer);
    pass(100);
  });
});

Deno.test("an interval of a second makes no storm and ends no call", async () => {
  await timed([UPDATE, "Session-Expires: 1;refresher=uac"], async ({ peer, pass }) => {
    pass(9);
    assert.equal(peer.count("UPDATE"), 0);
    pass(2);
    peer.reply(await peer.next("UPDATE"), 200, { headers: ["Session-Expires: 1"] });
    await settled(peer);
  });
});

Deno.test("481 to a refresh ends the call", async () => {
  const clock = new VirtualClock();
  await withPeer(async ({ phone, peer }) => {
    phone.dial("c", `sip:x@${peer.at}`);
    const headers = [UPDATE, "Session-Expires: 90;refresher=uac"];
    peer.reply(await peer.next("INVITE"), 200, { body: sdp(7000), headers });
    await phone.next("CallAccepted");
    clock.advance(46_000);
    peer.reply(await peer.next("UPDATE"), 481);
    assert.equal((await phone.next("CallEnded")).error?.code, "unreachable");
  }, { clock });
});

/** The phone has read what the peer sent before: it answers an OPTIONS that came later. */
async function settled(peer: RawPeer): Promise<void> {
  const port = peer.received[0].from.port;
  peer.request("OPTIONS", port);
  await peer.next("200", "OPTIONS");
}
