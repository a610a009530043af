/**
 * The ear that records a call: what it hears on the right, what was sent on the left. It may begin,
 * pause and end while the call goes on.
 *
 *     off ──use(path)────► opening ──► on ⇄ paused
 *      ▲                     │          │
 *      └──────use(null)──────┴──────────┘      one change after the other
 *
 * While it is paused it holds silence: a moment of the call is found at the same position whether
 * something before it was left out or not. `hear` and `keep` are on the real-time path.
 */
import { FRAME_SAMPLES, WavRecorder } from "../../audio/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import { SILENCE } from "../dsp/mod.ts";
import type { Party } from "./party.ts";

export interface RecordingEvents {
  /** The file is open, or complete. */
  settled(): void;
  /** Nothing is recorded from now on. */
  failed(error: OffhookError): void;
}

/** A stereo file that grows by 20 ms of both sides. */
type StereoRecorder = Pick<WavRecorder, "open" | "write" | "close">;

export class Recording implements Party {
  readonly #tell: RecordingEvents;
  readonly #theirs = new Int16Array(FRAME_SAMPLES);
  #recorder: StereoRecorder | undefined;
  #paused = false;
  /** Changes that are under way; never rejects. */
  #tail: Promise<void> = Promise.resolve();

  constructor(tell: RecordingEvents) {
    this.#tell = tell;
  }

  /** Records from the first frame on. @throws OffhookError `file-unusable` */
  async open(path: string): Promise<void> {
    const recorder = await recorderFor(path, (error) => this.#tell.failed(error));
    await recorder.open();
    this.#recorder = recorder;
  }

  /** Begins in mid-call, or ends; how that went is told. */
  use(path: string | null): void {
    if (path === null) this.#end();
    else this.#begin(path);
  }

  #begin(path: string): void {
    this.#paused = false;
    this.#then(() => this.open(path));
  }

  /** Told when the file is complete. */
  #end(): void {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    this.#then(async () => {
      await recorder?.close();
      // One that was still being opened when its end was asked for.
      const late = this.#recorder;
      this.#recorder = undefined;
      await late?.close();
    });
  }

  pause(paused: boolean): void {
    this.#paused = paused;
  }

  hear(mix: Int16Array): void {
    if (this.#recorder !== undefined) this.#theirs.set(mix);
  }

  /** Writes 20 ms: what was sent, beside what was heard since the last time. */
  keep(ours: Int16Array): void {
    if (this.#recorder === undefined) return;
    if (this.#paused) this.#recorder.write(SILENCE, SILENCE);
    else this.#recorder.write(ours, this.#theirs);
    this.#theirs.fill(0);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#recorder?.close();
  }

  #then(change: () => Promise<void>): void {
    this.#tail = this.#tail.then(change).then(
      () => this.#tell.settled(),
      (error) => this.#tell.failed(OffhookError.from(error)),
    );
  }
}

/** The name says the format: Ogg Opus for `.opus`, `.ogg` and `.oga`, else WAV. */
async function recorderFor(
  path: string,
  failed: (error: OffhookError) => void,
): Promise<StereoRecorder> {
  if (!/\.(?:opus|ogg|oga)$/i.test(path)) return new WavRecorder(path, 2, failed);
  const ogg = await lazily<typeof import("../ogg/mod.ts")>(import.meta.url, "../ogg/mod.ts");
  const [serial] = crypto.getRandomValues(new Uint32Array(1));
  return new ogg.OggOpusRecorder(path, failed, serial!);
}
