/**
 * A call on a sound card, as a person makes it: `dial` with a device as microphone and speaker. In
 * mid-call the device host is killed; the call stays up and the sound comes back.
 */
import assert from "node:assert/strict";
import { PORTAUDIO_RIGS, type RigKind } from "../fakes/device_rigs.ts";
import { PHONE_ARGUMENTS } from "../peers/phone_program.ts";
import { hostPid, SpeakerRecording } from "../peers/speaker_recording.ts";
import { testUnless } from "../support/skip.ts";

function offhook(args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...PHONE_ARGUMENTS, ...args],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function freePort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

async function callOnDevices(kind: RigKind): Promise<void> {
  await using rig = await kind.start();
  const env = rig.options.env!;
  const port = freePort();
  const answer = offhook(
    [
      "answer",
      "--listen",
      `127.0.0.1:${port}`,
      "--mic",
      "tone",
      "--speaker",
      "null",
      "--count",
      "1",
    ],
    env,
  );
  const answered = answer.output();
  await using speaker = new SpeakerRecording(env);
  await listening(port);
  const dial = offhook([
    "dial",
    `sip:test@127.0.0.1:${port}`,
    "--mic",
    "device:test_microphone",
    "--speaker",
    "device:TEST_SPEAKER",
    "--duration",
    "6s",
    "--json",
  ], env);
  const dialled = dial.output();
  await speaker.loudFrom(0, 5, 15_000);
  Deno.kill(await hostPid(env.XDG_RUNTIME_DIR), "SIGKILL");
  const killed = speaker.windows.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const back = await speaker.loudFrom(killed + 3, 5, 5000);
  assert.ok(back - killed <= 20, `sound came back after ${(back - killed) * 100} ms`);
  const { code, stdout, stderr } = await dialled;
  const words = new TextDecoder().decode(stderr);
  assert.equal(code, 0, words);
  const report = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(report.outcome, "answered");
  assert.equal(report.media.lost, 0);
  assert.ok(report.media.sent > 250, `${report.media.sent} packets went out`);
  assert.match(words, /microphone works again/);
  assert.match(words, /speaker works again/);
  assert.equal((await answered).code, 0);
}

/** Waits until something holds the port. */
async function listening(port: number): Promise<void> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    try {
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port }).close();
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("nobody answers calls");
}

for (const kind of PORTAUDIO_RIGS) {
  testUnless(
    kind.reason,
    `a call on a sound card survives its device host, with ${kind.name}`,
    () => callOnDevices(kind),
  );
}

testUnless(
  PORTAUDIO_RIGS[1].reason,
  "a call on a device that does not exist is exit 10",
  async () => {
    await using rig = await PORTAUDIO_RIGS[1].start();
    const dial = offhook(
      ["dial", "sip:nobody@127.0.0.1:9", "--mic", "device:Nonesuch", "--speaker", "null"],
      rig.options.env!,
    );
    const { code, stderr } = await dial.output();
    const words = new TextDecoder().decode(stderr);
    assert.equal(code, 10, words);
    assert.match(words, /no microphone named "Nonesuch"/);
    assert.match(words, /test_microphone/);
  },
);
