/** Two media workers on loopback, each with its own thread and sockets. */
import assert from "node:assert/strict";
import { readWav, readWavChannel } from "../../support/whole_wav.ts";
import { loadResampler, Resampler } from "../../../src/audio/resampler.ts";
import { voiceSamples } from "../../support/voice_samples.ts";
import { findInPieces } from "../../../src/lab/correlate.ts";
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
      callee.report(({ received, receivedLevel }) =>
        received >= 40 && Math.abs(receivedLevel - -12.1) < 1.5
      ),
      caller.next("MediaReported"),
    ]);
    assert.equal(theirs.report.codec, "PCMU");
    assert.equal(mine.lost, 0);
    assert.ok(callee.has("MediaHeard") && caller.has("MediaHeard"));
    const closed = await callee.close();
    assert.ok(closed.report.received >= mine.received);
  } finally {
    await caller.stop();
    await callee.stop();
  }
  const { file, format, length } = await openWav(path);
  file.close();
  assert.deepEqual([format.rate, format.channels, format.encoding], [16000, 1, "s16"]);
  assert.ok(length > 16000 * 2 * 0.2, `only ${length} octets recorded`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the voice is recognised after G.722, in a file and in the recording", async () => {
  const folder = await Deno.makeTempDir();
  const [caller, callee] = [new MediaParty(), new MediaParty()];
  try {
    await caller.open({ microphone: { kind: "voice" }, speaker: { kind: "null" } });
    const record = `${folder}/both.wav`;
    const speaker = { kind: "file" as const, path: `${folder}/heard.wav` };
    await callee.open({ microphone: { kind: "echo" }, speaker, record });
    callee.start(caller, "G722");
    caller.start(callee, "G722");
    for (let second = 0; second < 3; second++) await caller.next("MediaReported");
    await callee.close();
  } finally {
    await caller.stop();
    await callee.stop();
  }
  const reference = await voiceAt(16_000, 2);
  const recorded = await readWavChannel(`${folder}/both.wav`, 1);
  const echoed = await readWavChannel(`${folder}/both.wav`, 0);
  for (const heard of [await readWav(`${folder}/heard.wav`, 16_000), recorded, echoed]) {
    // Pieces so short that a busy machine, which moves sound about, tears few of them.
    const found = findInPieces(reference, heard, 16_000, 300);
    // The voice itself gives 0.99 on a quiet machine, any other sound below 0.4.
    assert.ok(found.correlation > 0.5, `correlation ${found.correlation}`);
    assert.ok(Math.abs(found.levelDb) < 1.5, `${found.levelDb} dB`);
    assert.ok(found.delayMs > -20, `${found.delayMs} ms`);
  }
  await Deno.remove(folder, { recursive: true });
});

async function voiceAt(rate: number, seconds: number): Promise<Int16Array> {
  await loadResampler();
  const samples = voiceSamples(seconds);
  const resampler = new Resampler(48_000, rate);
  const output = new Int16Array(resampler.outputBound(samples.length));
  return output.subarray(0, resampler.process(samples, output));
}

Deno.test("a main thread that is busy holds no packet up", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/heard.wav`;
  const [caller, callee] = [new MediaParty(), new MediaParty()];
  try {
    const tone = { kind: "tone", frequency: 500, level: -10 } as const;
    await caller.open({ microphone: tone, speaker: { kind: "null" } });
    await callee.open({ microphone: tone, speaker: { kind: "file", path } });
    caller.start(callee, "PCMA");
    callee.start(caller, "PCMA");
    const before = await callee.report(({ received }) => received > 0);
    // Two seconds of sound are written while nothing of this thread runs but this loop.
    const length = sizeOf(path) + 2 * 32_000;
    const giveUp = Date.now() + 30_000;
    while (sizeOf(path) < length && Date.now() < giveUp);
    assert.ok(sizeOf(path) >= length, `${sizeOf(path)} octets are written`);
    const { report } = await callee.close();
    assert.ok(report.received > before.received + 20, `${report.received} packets`);
    assert.equal(report.lost, 0);
  } finally {
    await caller.stop();
    await callee.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

const sizeOf = (path: string) => Deno.statSync(path).size;

Deno.test("a flood of garbage on the ports leaves the call as it is", async () => {
  const [caller, callee] = [new MediaParty(), new MediaParty()];
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    const tone = { kind: "tone", frequency: 500, level: -10 } as const;
    await caller.open({ microphone: tone, speaker: { kind: "null" } });
    await callee.open({ microphone: tone, speaker: { kind: "null" } });
    caller.start(callee, "PCMU");
    callee.start(caller, "PCMU");
    await callee.next("MediaHeard");
    for (let i = 0; i < 2000; i++) {
      const data = crypto.getRandomValues(new Uint8Array(1 + i % 400));
      if (i % 2) data[0] = 0x80;
      const port = i % 3 ? callee.port : callee.rtcpPort;
      await stranger.send(data, { transport: "udp", hostname: "127.0.0.1", port });
    }
    const after = await callee.next("MediaReported");
    await callee.report(({ received, receivedLevel }) =>
      received >= after.report.received + 50 && Math.abs(receivedLevel - -16) < 2
    );
    assert.ok(!callee.has("MediaFailed"));
    const heard = (await callee.close()).report;
    const { sent } = (await caller.close()).report;
    // What the kernel drops of ours in the flood is lost, but nothing else counts as ours or as lost.
    const counted = heard.received + heard.lost;
    assert.ok(counted <= sent, `${counted} of ${sent} packets`);
  } finally {
    stranger.close();
    await caller.stop();
    await callee.stop();
  }
});

Deno.test("stopping closes what is open, and the next effect starts a thread again", async () => {
  const party = new MediaParty();
  const quiet = { microphone: { kind: "silence" }, speaker: { kind: "null" } } as const;
  await party.open(quiet);
  await party.stop();
  assert.ok(party.has("MediaClosed"));
  await party.stop();
  await party.open(quiet);
  assert.equal(await party.worker.answers(5000), true);
  await party.stop();
});
