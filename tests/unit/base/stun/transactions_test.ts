/** STUN requests over a network that loses them, on a clock of the test's. */
import assert from "node:assert/strict";
import { METHOD, parseStun, StunWriter } from "../../../../src/base/stun/message.ts";
import { StunTransactions } from "../../../../src/base/stun/transactions.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const ID = "b7e7a701bc34d686fa87dfae";
const SOURCE = { address: "192.0.2.1", port: 3478 };
const response = (id = ID) => parseStun(new StunWriter(METHOD.binding, "success", id).bytes)!;

function begun(options: { reliable?: boolean; requests?: number } = {}) {
  const clock = new VirtualClock(0);
  const transactions = new StunTransactions(clock);
  const sent: number[] = [];
  const settled: (string | undefined)[] = [];
  transactions.begin(
    { transactionId: ID, send: () => sent.push(clock.now()), ...options },
    (message) => settled.push(message?.class),
  );
  return { clock, transactions, sent, settled };
}

Deno.test("a STUN request is repeated as RFC 8489 §6.2.1 says and then given up", () => {
  const { clock, sent, settled } = begun();
  clock.advance(39_499);
  assert.deepEqual(sent, [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  assert.deepEqual(settled, []);
  clock.advance(1);
  assert.deepEqual(settled, [undefined]);
  assert.equal(clock.pending, 0);
});

Deno.test("a STUN request over TCP is sent once", () => {
  const { clock, sent, settled } = begun({ reliable: true });
  clock.advance(39_500);
  assert.deepEqual(sent, [0]);
  assert.deepEqual(settled, [undefined]);
});

Deno.test("a STUN response ends the retransmissions and is taken once", () => {
  const { clock, transactions, sent, settled } = begun();
  clock.advance(600);
  assert.ok(transactions.take(response(), SOURCE));
  assert.ok(!transactions.take(response(), SOURCE));
  clock.advance(60_000);
  assert.deepEqual([sent, settled], [[0, 500], ["success"]]);
});

Deno.test("a STUN response that is not accepted leaves the request waiting", () => {
  const { transactions, settled } = begun();
  assert.ok(!transactions.take(response(), SOURCE, () => false));
  assert.ok(!transactions.take(response("0".repeat(24)), SOURCE));
  assert.ok(!transactions.take({ ...response(), class: "request" }, SOURCE));
  assert.ok(transactions.take(response(), SOURCE));
  assert.deepEqual(settled, ["success"]);
});

Deno.test("dropped STUN requests leave no timers and say nothing", () => {
  const { clock, transactions, settled } = begun({ requests: 1 });
  transactions.close();
  assert.equal(clock.pending, 0);
  assert.deepEqual(settled, []);
});
