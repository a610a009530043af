/** The STUN keepalive of a UDP flow (RFC 5626 §4.4.2), and what a hostile answer can do: nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addAddress,
  addError,
  ATTRIBUTE,
  METHOD,
  parseStun,
  type StunMessage,
  StunWriter,
} from "../../../../src/base/stun/mod.ts";
import { StunKeepalive } from "../../../../src/sip/transport/flow/stun_keepalive.ts";
import type { Address } from "../../../../src/sip/transport/flow/types.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

function rig() {
  const clock = new VirtualClock();
  const sent: Uint8Array[] = [];
  const mapped: Address[] = [];
  let dead = 0;
  const keepalive = new StunKeepalive({
    clock,
    send: (bytes) => sent.push(bytes.slice()),
    mapped: (address) => mapped.push(address),
    dead: () => dead += 1,
  });
  const lastId = () => parseStun(sent.at(-1)!)!.transactionId;
  const success = (address: string, port: number) =>
    keepalive.receive(answer("success", lastId(), address, port));
  return { clock, sent, mapped, keepalive, lastId, success, dead: () => dead };
}

function answer(kind: StunMessage["class"], id: string, address: string, port: number, method = 1) {
  const writer = new StunWriter(method, kind, id);
  return addAddress(writer, ATTRIBUTE.xorMappedAddress, { address, port }).bytes.slice();
}

Deno.test("a request is sent seven times in 40 s, without an attribute, and asked no second time", () => {
  const { clock, sent, keepalive } = rig();
  keepalive.ask();
  keepalive.ask();
  assert.equal(sent[0]!.length, 20);
  const times: number[] = [];
  for (let ms = 0; ms <= 60_000; ms += 500) {
    while (times.length < sent.length) times.push(ms);
    clock.advance(500);
  }
  assert.deepEqual(times, [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
});

Deno.test("silence is death of who answered before, and the end of asking who never did", () => {
  const never = rig();
  never.keepalive.ask();
  never.clock.advance(39_500);
  assert.equal(never.dead(), 0);
  assert.ok(!never.keepalive.isOfUse);
  const once = rig();
  once.keepalive.ask();
  once.success("192.0.2.1", 5060);
  once.keepalive.ask();
  once.clock.advance(39_499);
  assert.equal(once.dead(), 0);
  once.clock.advance(1);
  assert.equal(once.dead(), 1);
  assert.equal(once.clock.pending, 0);
});

Deno.test("an error is as silence", () => {
  const { keepalive, success, lastId, dead } = rig();
  keepalive.ask();
  success("192.0.2.1", 5060);
  keepalive.ask();
  const refusal = new StunWriter(METHOD.binding, "error", lastId());
  keepalive.receive(addError(refusal, { code: 500, reason: "No" }).bytes);
  assert.equal(dead(), 1);
});

Deno.test("a mapping is told when it changes, not when it is first seen", () => {
  const { keepalive, success, mapped } = rig();
  const seen = [["192.0.2.1", 5060], ["192.0.2.1", 5060], ["192.0.2.1", 5061], ["2001:db8::1", 9]];
  for (const [address, port] of seen) {
    keepalive.ask();
    success(address as string, port as number);
  }
  assert.deepEqual(mapped, [{ host: "192.0.2.1", port: 5061 }, { host: "2001:db8::1", port: 9 }]);
});

Deno.test("what is no answer to the request under way changes nothing", () => {
  const { clock, keepalive, success, lastId, mapped, dead } = rig();
  keepalive.ask();
  success("192.0.2.1", 5060);
  const id = lastId();
  // Late, and twice.
  keepalive.receive(answer("success", id, "198.51.100.1", 1));
  keepalive.ask();
  for (const address of ["0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1"]) {
    success(address, 5060);
  }
  success("198.51.100.1", 0);
  keepalive.receive(answer("success", id, "198.51.100.1", 1));
  keepalive.receive(answer("indication", lastId(), "198.51.100.1", 1));
  keepalive.receive(answer("request", lastId(), "198.51.100.1", 1));
  keepalive.receive(answer("success", lastId(), "198.51.100.1", 1, METHOD.allocate));
  keepalive.receive(new StunWriter(METHOD.binding, "success", lastId()).bytes);
  const strange = new StunWriter(METHOD.binding, "success", lastId()).add(0x7ff0);
  addAddress(strange, ATTRIBUTE.xorMappedAddress, { address: "198.51.100.1", port: 1 });
  keepalive.receive(strange.bytes);
  assert.deepEqual(mapped, []);
  success("192.0.2.1", 5060);
  clock.advance(60_000);
  assert.equal(dead(), 0);
});

Deno.test("octets of any kind change nothing", () => {
  const { clock, keepalive, success, mapped, dead } = rig();
  keepalive.ask();
  success("192.0.2.1", 5060);
  keepalive.ask();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => keepalive.receive(bytes)));
  success("192.0.2.1", 5060);
  clock.advance(60_000);
  assert.deepEqual([mapped, dead()], [[], 0]);
});
