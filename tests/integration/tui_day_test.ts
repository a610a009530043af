/** A working day at the screen, in simulated time: the heap stays what it was. */
import assert from "node:assert/strict";

/** KiB between the fifth and the eighth hour; a leak of one number a meter event would be as much. */
const MOST_KIB = 1_024;

Deno.test("forty calls with their meters leave nothing behind", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=test", "--v8-flags=--expose-gc", "bench/tui_day.ts", "8"],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  const { events, heapKiB } = JSON.parse(/\{.*\}/.exec(decoder.decode(stdout))![0]);
  assert.ok(events > 300_000, `${events} events`);
  const grown = heapKiB[7] - heapKiB[4];
  assert.ok(grown < MOST_KIB, `${grown} KiB more: ${heapKiB}`);
});
