/** What a private PulseAudio server's speaker plays of a call, and the device host that plays it. */
import assert from "node:assert/strict";
import { DeviceHostConnection } from "../../src/device_host/client/connection.ts";
import { toneAmplitude } from "../fakes/tone.ts";

const WINDOW = 4800;
/** The peer's tone: 1004 Hz at −10 dBm0 has an amplitude of some 7200. */
const TONE = 1004;
const LOUD = 5000;

/** Records what the speaker plays; `windows` grows by one tone amplitude per 100 ms. */
export class SpeakerRecording implements AsyncDisposable {
  readonly windows: number[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;
  readonly #tone: number;
  readonly #loud: number;

  /**
   * @param tone Hz of what is listened for
   * @param loud least amplitude of it
   */
  constructor(env: Record<string, string>, tone = TONE, loud = LOUD) {
    this.#tone = tone;
    this.#loud = loud;
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
        this.windows.push(toneAmplitude(new Int16Array(window.buffer), this.#tone));
        filled = 0;
      }
    }
  }

  /** Waits for `count` loud windows in a row, from the window `from` on. @returns the first's index */
  async loudFrom(from: number, count: number, ms: number): Promise<number> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      for (let i = from; i + count <= this.windows.length; i++) {
        if (this.windows.slice(i, i + count).every((level) => level > this.#loud)) return i;
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
export async function hostPid(folder: string): Promise<number> {
  const socket = hostSocket(folder);
  if (socket === undefined) assert.fail("there is no device host");
  const connection = await DeviceHostConnection.connect(socket);
  connection.close();
  return connection.hostPid;
}

/** A station has it among its own sockets, further down; a call without a station at the top. */
function hostSocket(folder: string): string | undefined {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (!isDirectory) continue;
    if (/^(?:offhook-)?devices-/.test(name)) return `${folder}/${name}/socket`;
    const found = hostSocket(`${folder}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
