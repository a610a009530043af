/**
 * A stream of sound as a client of the device host has it, and what it hears of it. Frames are on the
 * real-time path.
 */
import type { OffhookError } from "../../base/mod.ts";
import type { StreamOpened } from "../wire/mod.ts";

/** An open stream. */
export interface DeviceStream {
  readonly opened: StreamOpened;
  /** Sound to play, at most 100 ms; copied. Dropped when the host does not keep up. */
  send(samples: Int16Array): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** What a stream tells its owner; never called after its `close`. */
export interface DeviceStreamEvents {
  /** @param samples mono at the stream's rate; a view that is valid only during the call */
  pcm?(samples: Int16Array, position: number): void;
  level?(level: PlaybackLevel): void;
  /** The stream is gone: the device failed, or the host died. The last event. */
  failed(error: OffhookError): void;
}

export interface PlaybackLevel {
  /** Samples that the card has taken since the stream began, modulo 2^32. */
  taken: number;
  /** Least samples that were still held whenever a frame came, over the last 10 frames. */
  headroom: number;
  /** Since the stream began: times that sound ran out, and that too much of it was thrown away. */
  underflows: number;
  overflows: number;
}
