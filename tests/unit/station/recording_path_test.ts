/** Names of recordings that nobody named a file for. */
import assert from "node:assert/strict";
import type { CallView } from "../../../src/core/state/mod.ts";
import { recordingPath } from "../../../src/station/phone/recording_path.ts";

Deno.test("a recording's name ends as the configured format does; its folder is its owner's", async () => {
  const data = await Deno.makeTempDir();
  try {
    const call = { id: "3f9a21c0", remote: { uri: "sip:a/../b@example.com;x=y" } } as CallView;
    const now = new Date(2026, 2, 1, 14, 5, 9);
    const start = `${data}/recordings/2026-03-01_14-05-09_a-..-b_3f9a21c0`;
    assert.equal(recordingPath(data, call, now), `${start}.wav`);
    assert.equal(recordingPath(data, call, now, "wav"), `${start}.wav`);
    assert.equal(recordingPath(data, call, now, "opus"), `${start}.opus`);
    assert.equal((await Deno.stat(`${data}/recordings`)).mode! & 0o777, 0o700);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
