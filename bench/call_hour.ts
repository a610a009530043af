// deno-lint-ignore-file no-console
/**
 * A call of hours in virtual time: two media engines over a network with jitter, one packet in a
 * hundred lost, the clocks of both ends alike. Tells the heap after each sixth of an hour, collected, and
 * what the call's reports say at its end.
 *
 *     deno run -P=test --v8-flags=--expose-gc bench/call_hour.ts [HOURS]
 */
import { EngineBench, TONE } from "../tests/fakes/media/engine_call.ts";
import { seeded } from "../tests/fakes/media/impaired_link.ts";

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error("run it with --v8-flags=--expose-gc");

const hours = Number(Deno.args[0] ?? 1);
const SIXTH_MS = 600_000;
const MINUTE_MS = 60_000;

const random = seeded(7);
const bench = await EngineBench.call(TONE, TONE);
bench.net.fate = () => random() < 0.01 ? [] : [5 + random() * 20];

const heapKiB: number[] = [];
let silentReports = 0;
for (let at = 0; at < hours * 3_600_000; at += MINUTE_MS) {
  await bench.run(MINUTE_MS);
  for (const party of [bench.a, bench.b]) {
    for (const { report } of party.of("MediaReported")) {
      if (report.receivedLevel < -40) silentReports++;
    }
    // What the fakes remember is not the call's.
    party.inputs.splice(0);
  }
  bench.net.sent.splice(0);
  if ((at + MINUTE_MS) % SIXTH_MS === 0) {
    collect();
    heapKiB.push(Math.round(Deno.memoryUsage().heapUsed / 1024));
  }
}
const last = [await bench.a.close(), await bench.b.close()];
console.log(JSON.stringify({
  heapKiB,
  silentReports,
  sent: last[0]!.sent,
  received: last[1]!.received,
  lost: last[1]!.lost,
}));
