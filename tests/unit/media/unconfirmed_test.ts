/** Until the ACK, an address that a caller names gets a second of sound, and only if it speaks itself. */
import assert from "node:assert/strict";
import { Allowance } from "../../../src/media/transport/allowance.ts";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";

Deno.test("nothing before it was heard, one second after, everything once confirmed", () => {
  const allowance = new Allowance();
  assert.equal(allowance.permits(false, 0), false);
  assert.equal(allowance.permits(true, 5000), true);
  assert.equal(allowance.permits(true, 5999), true);
  assert.equal(allowance.permits(true, 6000), false);
  allowance.confirm();
  assert.equal(allowance.permits(false, 60_000), true);
});

Deno.test("another address that is heard does not get another second", () => {
  const allowance = new Allowance();
  assert.equal(allowance.permits(true, 0), true);
  assert.equal(allowance.permits(false, 500), false);
  assert.equal(allowance.permits(true, 900), true);
  assert.equal(allowance.permits(true, 1000), false);
});

/** b was called, by a caller that may have forged the address of a. */
async function unconfirmed(): Promise<EngineBench> {
  const bench = await EngineBench.open(QUIET, TONE);
  await bench.b.start(bench.a, {}, true, false);
  return bench;
}

const ofB = (bench: EngineBench) =>
  bench.net.sent.filter(({ from }) => from.address === "10.0.0.2");

Deno.test("an address that says nothing gets no datagram at all, also no goodbye", async () => {
  const bench = await unconfirmed();
  await bench.run(30_000);
  assert.equal(bench.b.report.sent, 0);
  const { sent } = await bench.b.close();
  assert.deepEqual([sent, ofB(bench).length], [0, 0]);
  await bench.close();
});

Deno.test("an address that speaks gets sound at once, for a second, and goes on after the ACK", async () => {
  const bench = await unconfirmed();
  await bench.run(3000);
  assert.equal(ofB(bench).length, 0);
  await bench.a.start(bench.b);
  await bench.run(60);
  const first = bench.b.sentRtp();
  assert.ok(first.length > 0 && first[0]!.marker);
  await bench.run(5000);
  assert.equal(bench.b.sentRtp().length, 50);
  bench.b.confirm();
  await bench.run(1000);
  const after = bench.b.sentRtp().slice(50);
  assert.ok(after.length >= 49 && after[0]!.marker);
  // The time that was not sent is a gap in the timestamps, and none in the numbers.
  const last = bench.b.sentRtp()[49]!;
  assert.equal((after[0]!.sequenceNumber - last.sequenceNumber) & 0xffff, 1);
  assert.ok(((after[0]!.timestamp - last.timestamp) >>> 0) > 30_000);
  await bench.close();
});

Deno.test("digits wait until they may be sent, and are complete then", async () => {
  const bench = await unconfirmed();
  bench.b.dial("12");
  await bench.run(2000);
  assert.equal(bench.b.of("DigitsSent").length, 0);
  bench.b.confirm();
  await bench.run(2000);
  assert.deepEqual(bench.b.of("DigitsSent").map(({ digits }) => digits), ["12"]);
  await bench.close();
});

Deno.test("a stream that is changed before the ACK is under the same limit", async () => {
  const bench = await unconfirmed();
  await bench.run(500);
  await bench.b.start(bench.a, { remotePort: 6666 }, true, false);
  await bench.run(5000);
  assert.equal(ofB(bench).length, 0);
  await bench.b.start(bench.a);
  await bench.run(100);
  assert.ok(bench.b.sentRtp().length >= 5);
  await bench.close();
});
