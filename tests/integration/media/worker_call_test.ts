/** Two media workers on loopback, each with its own thread and sockets. */
import assert from "node:assert/strict";
import { openWav } from "../../../src/audio/wav_file.ts";
import { MediaParty } from "../../fakes/media_party.ts";

Deno.test("a tone crosses from one worker to the file of another", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/heard.wav`;
  const caller = new MediaParty();
  const callee = new MediaParty();
  try {
    await caller.open({
      microphone: { kind: "tone", frequency: 1000, level: -6 },
      speaker: { kind: "null" },
    });
    await callee.open({ microphone: { kind: "silence" }, speaker: { kind: "file", path } });
    caller.start(callee, "PCMU");
    callee.start(caller, "PCMU");
    const [mine, theirs] = await Promise.all([
      callee.next("MediaReported"),
      caller.next("MediaReported"),
    ]);
    assert.equal(theirs.report.codec, "PCMU");
    assert.ok(mine.report.received >= 40, `received ${mine.report.received}`);
    assert.equal(mine.report.lost, 0);
    assert.ok(Math.abs(mine.report.receivedLevel - -12.1) < 1.5, `${mine.report.receivedLevel}`);
    assert.ok(callee.has("MediaHeard") && caller.has("MediaHeard"));
    const closed = await callee.close();
    assert.ok(closed.report.received >= mine.report.received);
  } finally {
    await caller.stop();
    await callee.stop();
  }
  const { file, format, length } = await openWav(path);
  file.close();
  assert.deepEqual([format.rate, format.channels, format.encoding], [16000, 1, "s16"]);
  assert.ok(length > 16000 * 2 * 0.8, `only ${length} octets recorded`);
  await Deno.remove(folder, { recursive: true });
});
