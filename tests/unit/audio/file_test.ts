/** WAV files as microphone and speaker. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { FileSink, FileSource } from "../../../src/audio/file.ts";
import { readWav, readWavChannel } from "../../support/whole_wav.ts";
import { FileWriter } from "../../../src/audio/file_writer.ts";
import { wavHeader } from "../../../src/audio/wav.ts";
import { openWav } from "../../../src/audio/wav_file.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { breathe, EndpointLog } from "../../fakes/endpoint_log.ts";
import { wavBytes, type WavRecipe } from "../../fakes/wav_bytes.ts";

const PLAIN: WavRecipe = { encoding: "s16", rate: 48_000, channels: 1 };

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A ramp of `frames` × 20 ms whose samples tell their position. */
function ramp(frames: number): number[] {
  return Array.from({ length: frames * FRAME_SAMPLES }, (_, i) => ((i % 30_000) + 1) / 32_767);
}

Deno.test("a file waits for start, plays to its last sample, and says that it ended", () =>
  withFolder(async (folder) => {
    const path = `${folder}/ramp.wav`;
    await Deno.writeFile(path, wavBytes(PLAIN, ramp(3)));
    const log = new EndpointLog();
    const source = new FileSource(path, false);
    await source.open(log);
    const frame = new Int16Array(FRAME_SAMPLES).fill(7);
    assert.equal(source.read(frame), false);
    assert.ok(frame.every((sample) => sample === 0));
    source.start();
    for (let k = 0; k < 3; k++) {
      assert.equal(source.read(frame), true);
      assert.equal(frame[0], k * FRAME_SAMPLES + 1);
      assert.equal(frame[959], (k + 1) * FRAME_SAMPLES);
    }
    await breathe();
    assert.deepEqual(log.words, ["ended"]);
    assert.equal(source.read(frame), false);
    await source.close();
    await source.close();
    assert.deepEqual(log.words, ["ended"]);
  }));

Deno.test("a loop goes on after its end without a gap", () =>
  withFolder(async (folder) => {
    const path = `${folder}/short.wav`;
    await Deno.writeFile(path, wavBytes(PLAIN, ramp(1).slice(0, 700)));
    const source = new FileSource(path, true);
    const log = new EndpointLog();
    await source.open(log);
    source.start();
    const frame = new Int16Array(FRAME_SAMPLES);
    let expected = 0;
    // What is read ahead, so that no disk has to be waited for.
    for (let k = 0; k < 40; k++) {
      assert.equal(source.read(frame), true);
      for (const sample of frame) assert.equal(sample, (expected++ % 700) + 1);
    }
    await source.close();
    assert.deepEqual(log.words, []);
  }));

Deno.test("a long file of another rate plays at its length", () =>
  withFolder(async (folder) => {
    const path = `${folder}/long.wav`;
    const samples = Array.from({ length: 44_100 * 3 }, (_, i) => 0.5 * Math.sin(i / 20));
    await Deno.writeFile(path, wavBytes({ encoding: "f32", rate: 44_100, channels: 2 }, samples));
    const source = new FileSource(path, false);
    const log = new EndpointLog();
    await source.open(log);
    source.start();
    const frame = new Int16Array(FRAME_SAMPLES);
    let frames = 0;
    while (log.words.length === 0 && frames < 500) {
      if (source.read(frame)) frames++;
      await breathe();
    }
    assert.ok(Math.abs(frames - 150) <= 1, `${frames} frames`);
    await source.close();
  }));

Deno.test("a file that cannot be used is refused at open, by name and reason", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/empty.wav`, new Uint8Array());
    await Deno.writeTextFile(`${folder}/text.wav`, "this is not sound at all, I am afraid");
    await Deno.writeFile(`${folder}/silent.wav`, wavBytes(PLAIN, []));
    const reasons: [string, RegExp][] = [
      ["missing.wav", /no such file/],
      [".", /folder/],
      ["empty.wav", /not a WAV/],
      ["text.wav", /not a WAV/],
      ["silent.wav", /no samples/],
    ];
    for (const [name, reason] of reasons) {
      const path = `${folder}/${name}`;
      await assert.rejects(new FileSource(path, false).open(new EndpointLog()), (error) => {
        assert.ok(error instanceof OffhookError);
        assert.equal(error.code, "file-unusable");
        assert.ok(error.message.includes(path), error.message);
        assert.match(error.message, reason);
        return true;
      });
    }
    await assert.rejects(
      new FileSink(`${folder}/no/where.wav`).open(new EndpointLog()),
      { code: "file-unusable" },
    );
  }));

Deno.test("a sink's file is readable while it is written, and complete after close", () =>
  withFolder(async (folder) => {
    const path = `${folder}/out.wav`;
    const sink = new FileSink(path);
    await sink.open(new EndpointLog());
    const frame = new Int16Array(FRAME_SAMPLES).fill(1000);
    sink.write(frame);
    sink.start();
    for (let k = 0; k < 75; k++) sink.write(frame);
    for (let tries = 0; tries < 200 && (await Deno.stat(path)).size <= 44; tries++) await breathe();
    await breathe();
    const early = await openWav(path);
    early.file.close();
    assert.equal(early.length, 32_000);
    await sink.close();
    const samples = await readWav(path, 16_000);
    assert.equal(samples.length, 75 * 320);
    assert.equal(samples[10_000], 1000);
    assert.deepEqual(await readWavChannel(path, 0), samples);
  }));

Deno.test("a full disk is told once", async () => {
  const log = new EndpointLog();
  const sink = new FileSink("/dev/full");
  await assert.rejects(sink.open(log), { code: "file-unusable" });
  await sink.close();
});

Deno.test("a disk that fills with the last block is told before the file is closed", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  const log = new EndpointLog();
  const sink = new FileSink(path);
  await sink.open(log);
  sink.start();
  // Less than a second: it is written when the sink closes.
  for (let i = 0; i < 10; i++) sink.write(new Int16Array(FRAME_SAMPLES).fill(1000));
  const { write } = Deno.FsFile.prototype;
  const full = Object.assign(new Error("No space left (os error 28)"), { code: "ENOSPC" });
  Deno.FsFile.prototype.write = () => Promise.reject(full);
  try {
    await sink.close();
  } finally {
    Deno.FsFile.prototype.write = write;
    await Deno.remove(path);
  }
  assert.deepEqual(log.errors.map(({ code }) => code), ["file-unusable"]);
  assert.match(log.errors[0]?.hint ?? "", /^Free some space/);
});

Deno.test("a file that cannot be written says so, not that it is no WAV file", async () => {
  const path = `${Deno.cwd()}/no-such-folder/x.wav`;
  const failure = await new FileWriter(path, (length) => wavHeader(8000, 1, length)).open().then(
    () => assert.fail("it was written"),
    (error) => error,
  );
  assert.match(failure.message, /x\.wav: no such file or folder$/);
  assert.match(failure.hint, /write/);
});

Deno.test("a file that exists is not written over; of two that want one, one gets it", () =>
  withFolder(async (folder) => {
    const header = (length: number) => wavHeader(8000, 1, length);
    const path = `${folder}/kept.wav`;
    await Deno.writeTextFile(path, "kept");
    await Deno.symlink(path, `${folder}/link.wav`);
    for (const name of [path, `${folder}/link.wav`]) {
      const failure = await new FileWriter(name, header).open().then(
        () => assert.fail("it was written"),
        (error) => error,
      );
      assert.equal(failure.code, "file-unusable");
      assert.match(failure.message, /\.wav: it exists already$/);
      assert.match(failure.hint, /^Name a file that does not exist yet/);
    }
    assert.equal(await Deno.readTextFile(path), "kept");

    const both = [0, 1].map(() => new FileWriter(`${folder}/new.wav`, header));
    const opened = await Promise.allSettled(both.map((writer) => writer.open()));
    assert.deepEqual(opened.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    await Promise.all(both.map((writer) => writer.close()));
  }));

Deno.test("a speaker's file is replaced; a device is written as it is", () =>
  withFolder(async (folder) => {
    const path = `${folder}/heard.wav`;
    await Deno.writeTextFile(path, "of the last call, and longer than the header of a WAV file");
    const sink = new FileSink(path);
    await sink.open(new EndpointLog());
    await sink.close();
    assert.equal((await Deno.readTextFile(path)).slice(0, 4), "RIFF");
    const nowhere = new FileWriter("/dev/null");
    await nowhere.open();
    await nowhere.close();
  }));

Deno.test("a recording is its owner's alone", async () => {
  const path = await Deno.makeTempDir() + "/a.wav";
  const writer = new FileWriter(path, (length) => wavHeader(8000, 1, length));
  await writer.open();
  await writer.close();
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  await Deno.remove(path.replace("/a.wav", ""), { recursive: true });
});
