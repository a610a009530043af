/**
 * The port between the device host and a sound library: blocking-style streams of 16 bit samples,
 * at the rate and channels that the device took. Resampling, mixing down, framing and buffering are
 * the host's, once for all backends.
 *
 *     listDevices ─► openStream ─► read… | write… ─► close
 *
 * Calls other than `read` and `write` are made one at a time. Every read or write MUST settle within
 * about one block of sound while the device runs; one that does not is how the host notices a dead
 * sound server.
 */
import type { AudioDevice, BackendName, StreamDirection } from "../../wire/mod.ts";

/** Frames that the device is asked to work in: 10 ms. */
export const BLOCK_MS = 10;

/** What a stream is opened with; the backend takes exactly this or throws. */
export interface StreamFormat {
  rate: number;
  channels: number;
}

export interface BackendStream {
  readonly format: StreamFormat;
  /** What the library says that it buffers, ms. */
  readonly latencyMs: number;
  /** Times that the device lost sound or ran dry, as far as the library tells. */
  readonly xruns: number;
  /**
   * Stops the device. A read or write may be under way: it settles then, in whatever way; none comes
   * after it. May itself never settle: the caller bounds it.
   */
  close(): Promise<void>;
}

export interface BackendCapture extends BackendStream {
  /** Fills `into` (interleaved, a whole number of frames) or throws `device-failed`. */
  read(into: Int16Array): Promise<void>;
}

export interface BackendPlayback extends BackendStream {
  /** Settles when the library took the samples (interleaved); throws `device-failed`. */
  write(samples: Int16Array): Promise<void>;
}

export interface AudioBackend {
  readonly name: BackendName;
  /**
   * What is plugged in now. While a stream is open a library may only know what was plugged in when
   * it was opened. @throws OffhookError `device-failed`
   */
  listDevices(): Promise<AudioDevice[]>;
  /**
   * Opens and starts the very device that was listed, never another one.
   * @throws OffhookError `device-failed`, also when the format is not the device's
   */
  openStream(
    device: AudioDevice,
    direction: "capture",
    format: StreamFormat,
  ): Promise<BackendCapture>;
  openStream(
    device: AudioDevice,
    direction: "playback",
    format: StreamFormat,
  ): Promise<BackendPlayback>;
  openStream(
    device: AudioDevice,
    direction: StreamDirection,
    format: StreamFormat,
  ): Promise<BackendCapture | BackendPlayback>;
  close(): Promise<void>;
}
