/**
 * A call on a sound card, as a person makes it: `dial` with a device as microphone and speaker. In
 * mid-call the device host is killed; the call stays up and the sound comes back.
 */
import assert from "node:assert/strict";
import { DeviceHostConnection } from "../../src/device_host/client.ts";
import { PORTAUDIO_RIGS, type RigKind } from "../fakes/device_rigs.ts";
import { toneAmplitude } from "../fakes/tone.ts";
import { testUnless } from "../support/skip.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const WINDOW = 4800;
/** The peer's tone: 1004 Hz at −10 dBm0 has an amplitude of some 7200. */
const TONE = 1004;
const LOUD = 5000;

function offhook(args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${ROOT}deno.json`,
      "-P=station",
      `${ROOT}main.ts`,
    ]
      .concat(args),
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Records what the speaker plays; `windows` grows by one tone amplitude per 100 ms. */
class SpeakerRecording implements AsyncDisposable {
  readonly windows: number[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;

  constructor(env: Record<string, string>) {
    this.#child = new Deno.Command("parec", {
      args: ["--device=speaker.monitor", "--rate=48000", "--channels=1", "--latency-msec=20"],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#done = this.#listen();
  }

  async #listen(): Promise<void> {
    const window = new Uint8Array(WINDOW * 2);
    let filled = 0;
    for await (const bytes of this.#child.stdout) {
      for (let at = 0; at < bytes.length;) {
        const count = Math.min(bytes.length - at, window.length - filled);
        window.set(bytes.subarray(at, at + count), filled);
        at += count;
        filled += count;
        if (filled < window.length) continue;
        this.windows.push(toneAmplitude(new Int16Array(window.buffer), TONE));
        filled = 0;
      }
    }
  }

  /** Waits for `count` loud windows in a row, from the window `from` on. @returns the first's index */
  async loudFrom(from: number, count: number, ms: number): Promise<number> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      for (let i = from; i + count <= this.windows.length; i++) {
        if (this.windows.slice(i, i + count).every((level) => level > LOUD)) return i;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const heard = this.windows.slice(from).map(Math.round).join(" ");
    assert.fail(`the tone was not heard within ${ms} ms: ${heard}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#done;
  }
}

/** The pid of the device host whose socket lies under `folder`. */
async function hostPid(folder: string): Promise<number> {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.startsWith("offhook-devices-")) continue;
    const connection = await DeviceHostConnection.connect(`${folder}/${name}/socket`);
    connection.close();
    return connection.hostPid;
  }
  assert.fail("there is no device host");
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
