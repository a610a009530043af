/**
 * `--mic pipe` and `--speaker pipe` of calls that a running station makes: there the call has silence
 * and nobody's ear, and this process joins it with its own standard input and output.
 *
 *     dial, answer ─► follow(call) ─► Phone.audio ⇄ AudioPipe ⇄ stdin, stdout
 *                        ├─ the input is at its end and said ─► microphone ended
 *                        └─ the reader of the output is gone ─► hang up
 *
 * As on a phone of one's own, the far end is heard from its first sound on, and the input is said
 * from the answer on.
 */
import type { Phone } from "../../control/contract/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { AudioEndpoints, CallId } from "../../core/ports/mod.ts";
import { AudioPipe, type ByteStreams } from "./audio_pipe.ts";
import type { Io } from "../process/mod.ts";

/** What of a call follows its pipes. */
export interface PipedCall {
  readonly call: CallId;
  readonly answered: Promise<void>;
  microphoneEnded(): void;
  hangup(): Promise<void>;
  note(line: string): void;
}

/** Sound that may wait for a slow reader: that of a phone of one's own. */
const UNREAD_MS = 2_000;

export class StationPipes {
  /** Standard output carries the sound. */
  readonly onStdout: boolean;
  readonly #streams: ByteStreams;
  readonly #rate: number;
  readonly #instead: boolean;

  /** @param streams of the process; one whose kind is absent is left alone */
  constructor(streams: ByteStreams, rate: number) {
    this.#streams = streams;
    this.#rate = rate;
    this.#instead = streams.read !== undefined;
    this.onStdout = streams.write !== undefined;
  }

  /** Joins a call that is being made or answered, until it is over. Never rejects. */
  async follow(phone: Phone, followed: PipedCall): Promise<void> {
    const pipe = new AudioPipe(this.#streams, this.#rate, { unreadMs: UNREAD_MS });
    const params = { call: followed.call, rate: this.#rate, instead: this.#instead };
    try {
      const audio = await phone.audio(params, pipe.listener);
      void pipe.spoken.then(() => followed.microphoneEnded());
      const { why } = await pipe.run(audio, followed.answered);
      // Like any program in a pipeline: when nobody reads any more, it is over, without a word.
      if (why === "reader gone") await followed.hangup();
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      // It was over before: its record says how.
      if (error.code === "no-such-call" || error.code === "invalid-state") return;
      followed.note(`audio: ${error.message}`);
      await followed.hangup();
    }
  }
}

/** The endpoints for the station, and the pipes of this process that stand in for the rest. */
export function splitPipes(
  { microphone, speaker, record }: AudioEndpoints,
  io: Io,
): { endpoints: AudioEndpoints; pipes?: StationPipes } {
  const says = microphone.kind === "pipe";
  const hears = speaker.kind === "pipe";
  const endpoints: AudioEndpoints = {
    microphone: says ? { kind: "silence" } : microphone,
    speaker: hears ? { kind: "null" } : speaker,
    ...(record === undefined ? {} : { record }),
  };
  const rate = says ? microphone.rate : hears ? speaker.rate : undefined;
  if (rate === undefined) return { endpoints };
  const { read, write, now } = processStreams(io);
  const streams = {
    ...(says && read !== undefined ? { read: oneAfterTheOther(read) } : {}),
    ...(hears && write !== undefined ? { write } : {}),
    now,
  };
  return { endpoints, pipes: new StationPipes(streams, rate) };
}

/** Standard input and output; a terminal is neither read nor written to. */
export function processStreams(io: Io): ByteStreams {
  return {
    ...(io.stdinIsTty ? {} : { read: (into: Uint8Array) => Deno.stdin.read(into) }),
    ...(io.stdout.isTty ? {} : { write: (bytes: Uint8Array) => Deno.stdout.write(bytes) }),
    now: () => performance.now(),
  };
}

type Read = NonNullable<ByteStreams["read"]>;

/** An input for one call after the other: what a read under way at an end brings is the next one's. */
function oneAfterTheOther(read: Read): Read {
  let pending: Promise<Uint8Array | null> | undefined;
  const fresh = async (length: number) => {
    const buffer = new Uint8Array(length);
    const count = await read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  };
  return async (into) => {
    const reading = pending ??= fresh(into.length);
    const bytes = await reading;
    if (pending === reading) pending = undefined;
    if (bytes === null) return null;
    const count = Math.min(bytes.length, into.length);
    into.set(bytes.subarray(0, count));
    if (count < bytes.length) pending = Promise.resolve(bytes.subarray(count));
    return count;
  };
}
