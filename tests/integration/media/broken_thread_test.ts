/** The media thread breaks under a call: the call ends, says why, and nothing hangs. */
import assert from "node:assert/strict";
import type { CallRecord } from "../../../src/core/state/call_view.ts";
import { EXIT_CODES } from "../../../src/base/errors.ts";
import { initialState } from "../../../src/core/step.ts";
import { MediaWorker } from "../../../src/media/worker/media_worker.ts";
import { startThread } from "../../../src/media/worker/thread.ts";
import { CoreLoop } from "../../../src/station/phone/core_loop.ts";
import { accepted, ACCOUNT, SETTINGS, theirs } from "../../unit/core/scene.ts";

const PROGRAM = new URL("../../fakes/media/broken_worker.ts", import.meta.url);

/** A call to a peer at `port`, on a thread that breaks when the sound starts. */
async function brokenCall(
  port: number,
  watch: (media: MediaWorker) => Promise<void>,
): Promise<{ record: CallRecord; log: string[] }> {
  const log: string[] = [];
  const { promise, resolve } = Promise.withResolvers<CallRecord>();
  const core: CoreLoop = new CoreLoop(initialState(SETTINGS, [ACCOUNT]), {
    sip: (effect) => {
      if (effect.type === "SendInvite") {
        core.submit({ ...accepted(effect.call), description: theirs({ port }) } as never);
      }
      if (effect.type === "SendBye") {
        core.submit({ type: "CallEnded", call: effect.call, by: "local", reason: "" });
      }
    },
    media: (effect) => media.perform(effect),
  });
  const media = new MediaWorker(
    { program: PROGRAM },
    (input) => core.submit(input),
    (error) => log.push(error.message),
  );
  core.listen((event) => event.type === "call.ended" && resolve(event.record));
  const answered = new Promise<void>((resolve) => {
    core.listen((event) => event.type === "call.answered" && resolve());
  });
  core.command({ type: "Dial", call: "a", account: "desk", target: "sip:b@x" });
  await answered;
  await watch(media);
  const record = await promise;
  core.close();
  await media.stop();
  return { record, log };
}

Deno.test("a thread that dies of an error ends its calls as failed media", async () => {
  const { record, log } = await brokenCall(1, () => Promise.resolve());
  assert.deepEqual([record.outcome, record.error?.code], ["media-failed", "media-failed"]);
  assert.match(record.reason, /^the media thread died: .*a bug/);
  assert.equal(EXIT_CODES[record.error!.code], 9);
  assert.equal(log.length, 1);
});

Deno.test("a thread that falls silent is given up at the second question", async () => {
  const { record } = await brokenCall(2, async (media) => {
    assert.equal(await media.answers(50), false);
    assert.equal(await media.answers(50), false);
    assert.equal(await media.answers(10_000), true, "its successor is asked");
  });
  assert.deepEqual([record.outcome, record.reason], [
    "media-failed",
    "the media thread died: it does not answer",
  ]);
});

Deno.test("a thread that is slow to start is waited for", async () => {
  const log: string[] = [];
  const program = new URL("../../fakes/media/slow_worker.ts", import.meta.url);
  const media = new MediaWorker({ program }, () => {}, (error) => log.push(error.message));
  media.warm();
  for (let time = 0; time < 3; time++) assert.equal(await media.answers(1), false);
  assert.equal(await media.answers(60_000), true, "the same thread");
  assert.deepEqual(log, []);
  await media.stop();
});

Deno.test("a thread that was started before is taken, unless it broke", async () => {
  const missing = new URL("none.ts", import.meta.url);
  const early = new MediaWorker({ thread: startThread(), program: missing }, () => {});
  early.warm();
  assert.equal(await early.answers(60_000), true);
  await early.stop();

  const thread = startThread(missing);
  await new Promise((resolve) => thread.worker.addEventListener("error", resolve));
  const media = new MediaWorker({ thread }, () => {});
  media.warm();
  assert.equal(await media.answers(60_000), true, "its own one");
  await media.stop();
});

Deno.test("a thread that was started before and not needed ends with its phone", async () => {
  await new MediaWorker({ thread: startThread() }, () => {}).stop();
});
