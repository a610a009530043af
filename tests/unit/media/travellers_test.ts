/** The two travellers are short: no promise, no queue of ours between a frame and its datagram. */
import assert from "node:assert/strict";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";

Deno.test("a microphone frame is a datagram within its tick", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  bench.clock.advance(100);
  for (let tick = 0; tick < 50; tick++) {
    const before = bench.a.sentRtp().length;
    // Synchronous: nothing that waits for a promise could run.
    bench.clock.advance(20);
    assert.equal(bench.a.sentRtp().length, before + 1);
  }
  await bench.close();
});

Deno.test("a packet is at the speaker with the tick that it is due, at most two ticks later", async () => {
  const bench = await EngineBench.call(TONE, { ...QUIET, microphone: { kind: "echo" } });
  // b answers every packet that it plays with one that holds the same sound.
  bench.clock.advance(2000);
  const [sent, echoed] = [bench.a.sentRtp(), bench.b.sentRtp()];
  const firstLoud = echoed.findIndex(({ payload }) => payload.some((byte) => (byte & 0x7f) < 0x50));
  assert.ok(firstLoud >= 0 && firstLoud <= 3, `the echo's packet ${firstLoud} is the first`);
  assert.ok(Math.abs(sent.length - echoed.length) <= 1);
  await bench.close();
});
