/**
 * Two whole phones on loopback, of which one goes to another network in mid-call. All of 127/8 is this
 * machine's, so that the old way still works: what is lost would have been lost by us.
 */
import assert from "node:assert/strict";
import type { KeyingName } from "../../src/core/account/mod.ts";
import type { CallView } from "../../src/core/state/mod.ts";
import type { TraceRecord } from "../../src/sip/message/mod.ts";
import { FakeHost } from "../fakes/host_network.ts";
import { heard, sound, ToldPhone, tone } from "../fakes/told_phone.ts";

const OLD = "127.0.0.2";
const NEW = "127.0.0.3";
const PEER = "127.0.0.9";
/** Packets. */
const SECOND = 50;

interface Way {
  ice?: true;
  keying?: KeyingName;
}

/** A call from who moves to who stays; both hear each other. */
async function talking({ ice, keying }: Way) {
  const direct = {
    ...(ice && { ice: "all" as const }),
    ...(keying && { keying, encryption: "require" as const, cleartextKeys: true as const }),
  };
  const host = new FakeHost([OLD]);
  const trace: TraceRecord[] = [];
  const listen = [{ transport: "udp" as const, host: PEER, port: 0 }];
  const stays = await ToldPhone.open(sound(tone(1_300)), {
    direct: { ...direct, listen },
    host: new FakeHost([PEER]),
  });
  const moves = await ToldPhone.open(sound(tone(500)), {
    direct: { ...direct, listen: [] },
    host,
    trace: (record) => void trace.push(record),
  });
  const target = `sip:x@${PEER}:${stays.phone.listening[0]!.port}`;
  const { call: out } = await moves.phone.request("dial", { account: "direct", target });
  const { call: { id: call } } = await stays.until("call.incoming");
  await stays.phone.request("answer", { call });
  await Promise.all([heard(moves, out, 1_300), heard(stays, call, 500)]);
  return { moves, stays, host, out, call, trace };
}

for (
  const [name, way] of [
    ["with ICE and keys by SDES", { ice: true, keying: "sdes" }],
    ["with ICE and keys by DTLS", { ice: true, keying: "dtls" }],
    ["with ICE", { ice: true }],
    ["without ICE", {}],
  ] as const
) {
  Deno.test(`a call ${name} goes on from another network, and loses nothing`, async () => {
    const { moves, stays, host, out, call, trace } = await talking(way);
    await using _ = moves;
    await using __ = stays;
    const { ice, keying }: Way = way;
    const securities = () => moves.events.filter(({ type }) => type === "call.security").length;
    const before = [moves.events.length, stays.events.length, securities()] as const;
    host.addresses = [NEW];
    if (ice) {
      const arrived = ({ call: { report, security } }: { call: CallView }) =>
        security === (keying === undefined ? "none" : "srtp") &&
        report?.ice?.state === "connected" &&
        (report.ice.local?.address === NEW || report.ice.remote?.address === NEW);
      await moves.until("call.media", arrived, before[0]);
      await stays.until("call.media", arrived, before[1]);
    } else {
      await stays.until("call.media", () => isOfferedFrom(trace, NEW), before[1]);
    }
    await Promise.all([heard(moves, out, 1_300), heard(stays, call, 500)]);
    assert.ok(isOfferedFrom(trace, NEW));
    for (const [phone, id] of [[moves, out], [stays, call]] as const) {
      const moved = phone.phone.state.calls.get(id)!.report?.received ?? 0;
      const goesOn = (one: CallView) => one.id === id && one.report!.received > moved + SECOND;
      await phone.until("call.media", (event) => goesOn(event.call));
      const view = phone.phone.state.calls.get(id)!;
      assert.equal(view.report?.lost, 0);
      assert.equal(view.media.name === "running" && view.media.stream.keying?.kind, keying);
    }
    assert.equal(securities(), before[2], "the keys are those of before");
  });
}

Deno.test("a call that rings while the network changes is answered from the new address", async () => {
  const ice = { ice: "all" as const };
  const host = new FakeHost([OLD]);
  const trace: TraceRecord[] = [];
  const seen = Promise.withResolvers<void>();
  await using called = await ToldPhone.open(sound(tone(500)), {
    direct: { ...ice, listen: [{ transport: "udp", host: "0.0.0.0", port: 0 }] },
    host,
    trace: (record) => void trace.push(record),
    log: (text) => text === "core takes NetworkChanged" && seen.resolve(),
  });
  await using caller = await ToldPhone.open(sound(tone(1_300)), {
    direct: { ...ice, listen: [] },
    host: new FakeHost([PEER]),
  });
  const target = `sip:x@${OLD}:${called.phone.listening[0]!.port}`;
  const { call: out } = await caller.phone.request("dial", { account: "direct", target });
  const { call: { id: call } } = await called.until("call.incoming");
  host.addresses = [NEW];
  await seen.promise;
  await called.phone.request("answer", { call });
  await Promise.all([heard(caller, out, 500), heard(called, call, 1_300)]);
  const accepted = trace.find(({ text, direction }) =>
    direction === "out" && /^SIP\/2.0 200 .*\r\n(.*\r\n)*CSeq: \d+ INVITE/.test(text)
  )!;
  assert.match(accepted.text, new RegExp(`^Contact: <sip:[^>]*@${NEW}:`, "m"));
  assert.match(accepted.text, new RegExp(`^a=candidate:.* ${NEW} \\d+ typ host`, "m"));
  assert.ok(!accepted.text.includes(`${OLD} `), "no candidate of the old network");
});

function isOfferedFrom(trace: readonly TraceRecord[], address: string): boolean {
  return trace.some(({ text, direction }) =>
    direction === "out" && text.startsWith("INVITE") && text.includes(`\r\nc=IN IP4 ${address}\r`)
  );
}
