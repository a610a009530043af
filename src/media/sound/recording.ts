/**
 * The recording of a call, which may begin, pause and end while the call goes on.
 *
 *     off ──begin(path)──► opening ──► on ⇄ paused
 *      ▲                     │          │
 *      └──────end()──────────┴──────────┘      one change after the other
 *
 * While it is paused it holds silence: a moment of the call is found at the same position whether
 * something before it was left out or not. `write` is on the real-time path.
 */
import { FRAME_SAMPLES, WavRecorder } from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";

export interface RecordingEvents {
  /** The file is open, or complete. */
  settled(): void;
  /** Nothing is recorded from now on. */
  failed(error: OffhookError): void;
}

export class Recording {
  readonly #tell: RecordingEvents;
  readonly #silence = new Int16Array(FRAME_SAMPLES);
  #recorder: WavRecorder | undefined;
  #paused = false;
  /** Changes that are under way; never rejects. */
  #tail: Promise<void> = Promise.resolve();

  constructor(tell: RecordingEvents) {
    this.#tell = tell;
  }

  /** Records from the first frame on. @throws OffhookError `file-unusable` */
  async open(path: string): Promise<void> {
    const recorder = new WavRecorder(path, 2, (error) => this.#tell.failed(error));
    await recorder.open();
    this.#recorder = recorder;
  }

  /** Begins in mid-call; how that went is told. */
  begin(path: string): void {
    this.#paused = false;
    this.#then(() => this.open(path));
  }

  /** Ends; told when the file is complete. */
  end(): void {
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

  /** Takes 20 ms of both directions. */
  write(ours: Int16Array, theirs: Int16Array): void {
    if (this.#paused) this.#recorder?.write(this.#silence, this.#silence);
    else this.#recorder?.write(ours, theirs);
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
