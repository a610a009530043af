/**
 * What every audio endpoint is: a source that a call's microphone is read from, or a sink that its
 * speaker is written to.
 *
 *     AudioSource ──read(frame)──► graph ──► codec ──► RTP          every 20 ms, by the media clock
 *     AudioSink ◄──write(frame)─── graph ◄── jitter buffer ◄── RTP  every 20 ms, by the media clock
 *
 * The graph knows one format: 48 kHz, mono, signed 16 bit, 20 ms frames of 960 samples. An endpoint
 * of another rate or width converts at its own edge. `read` and `write` are on the real-time path:
 * they MUST return at once, MUST NOT throw, and SHOULD NOT allocate. Between them and a file, pipe or
 * card is a bounded buffer that the endpoint owns.
 *
 *     new ──open()──► opened ──start()──► started ──close()──► closed
 *              └─ throws: closed already
 */
import type { OffhookError } from "../base/mod.ts";

/** Rate of every frame in the graph, Hz. */
export const GRAPH_RATE = 48_000;
/** Duration of every frame in the graph, ms. */
export const FRAME_MS = 20;
/** Samples of every frame in the graph. */
export const FRAME_SAMPLES = 960;

/**
 * What an endpoint tells after `open`, at most one of `failed` and `ended` as its last word; an
 * endpoint that comes back by itself after `failed` (a card plugged in again) says `restored`.
 * Never called from inside `read` or `write`.
 */
export interface EndpointEvents {
  /** Gone in mid-call; the endpoint gives silence or takes nothing from now on. */
  failed(error: OffhookError): void;
  /** Works again after `failed`. */
  restored(): void;
  /** A source is at its end: its last sample has been read. */
  ended(): void;
}

interface Endpoint {
  /** Stable id of the sound card that is open; only a card has one. */
  readonly card?: string | undefined;
  /**
   * Acquires the file, pipe or device, without letting sound run yet.
   *
   * @throws OffhookError `file-unusable`, `device-not-found`, `device-failed` or `usage`; what was
   *   acquired is released before it throws
   */
  open(events: EndpointEvents): Promise<void>;
  /** Sound runs from now on: a file at its first sample, a card's stream. Idempotent. */
  start(): void;
  /**
   * Releases everything; a sink flushes first what it may in bounded time. Idempotent, never
   * rejects, allowed at any moment after construction. No event comes after it.
   */
  close(): Promise<void>;
}

/** A call's microphone. */
export interface AudioSource extends Endpoint {
  /**
   * Fills `into` with the next 20 ms.
   *
   * @param into FRAME_SAMPLES samples, the caller's; always filled completely
   * @returns false when there was no sound (not started, underrun, ended, failed): then `into` is
   *   silence, or ends in silence
   */
  read(into: Int16Array): boolean;
}

/** A call's speaker. */
export interface AudioSink extends Endpoint {
  /**
   * Takes the next 20 ms. Before `start` and after a failure frames are dropped.
   *
   * @param frame FRAME_SAMPLES samples, the caller's: the sink copies what it keeps
   */
  write(frame: Int16Array): void;
  /**
   * Frames that it wants this tick, asked once a tick. Only a sink with a clock of its own (a card) has
   * it: frames are left out or added to keep it in step, and the jitter buffer, the one place where
   * clock drift is corrected, makes up for them.
   */
  frames?(): 0 | 1 | 2;
}

/** Sound cards, reached through the device host. `name` absent: the default device. */
export interface AudioDevices {
  source(name?: string): AudioSource;
  sink(name?: string): AudioSink;
  /**
   * Takes what speakers play out of what microphones hear, as long as one is open.
   * @throws OffhookError `device-failed` when there is no echo canceller
   */
  cancelEcho(on: boolean): Promise<void>;
}
