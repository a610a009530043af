/**
 * libopus, the one place that knows its WebAssembly and where its memory lies.
 *
 *     loadLibopus() ─once a thread─► wasm ─► Encoder │ Decoder, each with memory of its own in it
 *
 * `@evan/opus` ships the binary; its JavaScript is not used, because it hides the controls for FEC and
 * loss and has no decoding of FEC. On the real-time path after construction: nothing is allocated.
 */
import { OffhookError } from "../../../base/mod.ts";

/** What of the binary is used. Its numbers are pointers into `memory`, and counts. */
interface Libopus {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(pointer: number): void;
  opus_encoder_get_size(channels: number): number;
  opus_encoder_init(state: number, rate: number, channels: number, application: number): number;
  opus_encoder_ctl_set(state: number, request: number, value: number): number;
  opus_encode(state: number, pcm: number, samples: number, out: number, most: number): number;
  opus_decoder_get_size(channels: number): number;
  opus_decoder_init(state: number, rate: number, channels: number): number;
  opus_decode(
    state: number,
    data: number,
    length: number,
    pcm: number,
    samples: number,
    fec: 0 | 1,
  ): number;
}

export const OPUS_RATE = 48_000;
/** Samples that an encoder is late by: 2.5 ms of its frames and 4 ms to look ahead. */
export const OPUS_LOOKAHEAD = 312;
/** libopus's name for speech: SILK as long as it can, which alone has FEC. */
const APPLICATION_VOIP = 2048;
/** Samples of the longest packet, 120 ms (RFC 6716 §2.1.4). */
const MOST_SAMPLES = 5760;
/** More than any packet of one frame: 1275 octets (RFC 6716 §3.2.1), three frames of 20 ms in 60. */
const MOST_OCTETS = 4000;

/** Requests of `opus_encoder_ctl` (opus_defines.h). */
const CONTROLS = {
  bitrate: 4002,
  complexity: 4010,
  fec: 4012,
  loss: 4014,
  dtx: 4016,
  vbr: 4006,
  widestBand: 4004,
} as const;
type EncoderControl = keyof typeof CONTROLS;

let loading: Promise<void> | undefined;
let libopus: Libopus | undefined;

/** Loads it once; await it before an {@link Encoder} or a {@link Decoder} is made. */
export function loadLibopus(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const binary = await Deno.readFile(new URL(import.meta.resolve("@evan/opus/wasm/simd.wasm")));
  const nothing = () => 0;
  const { instance } = await WebAssembly.instantiate(binary, {
    // For messages of failed assertions, which nobody reads.
    wasi_snapshot_preview1: {
      proc_exit: nothing,
      fd_close: nothing,
      fd_write: nothing,
      fd_seek: nothing,
    },
    env: { emscripten_notify_memory_growth: nothing },
  });
  libopus = instance.exports as unknown as Libopus;
  libopus._initialize();
  warmUp();
}

/** V8 compiles each function when it is first called: not in the first tick of a call. */
function warmUp(): void {
  const [encoder, decoder] = [new Encoder(), new Decoder()];
  const [pcm, packet] = [new Int16Array(OPUS_RATE / 50), new Uint8Array(MOST_OCTETS)];
  encoder.control("fec", 1);
  encoder.control("loss", 10);
  for (let i = 0; i < 3; i++) {
    for (let at = 0; at < pcm.length; at++) pcm[at] = 6000 * Math.sin(at * (0.02 + 0.05 * i));
    const length = encoder.encode(pcm, packet, 0);
    decoder.decode(packet.subarray(0, length), pcm);
  }
  encoder.free();
  decoder.free();
}

function loaded(): Libopus {
  if (libopus === undefined) throw new OffhookError("internal", "Opus is used before it is loaded");
  return libopus;
}

/** A state of libopus with a buffer of samples and one of octets. */
abstract class Coder {
  protected readonly wasm = loaded();
  protected readonly state: number;
  protected readonly samplesAt: number;
  protected readonly octetsAt: number;
  #samples: Int16Array;
  #octets: Uint8Array;

  protected constructor(bytes: number, init: (state: number) => number) {
    this.state = this.wasm.malloc(bytes);
    this.samplesAt = this.wasm.malloc(MOST_SAMPLES * 2);
    this.octetsAt = this.wasm.malloc(MOST_OCTETS);
    this.#samples = new Int16Array(this.wasm.memory.buffer, this.samplesAt, MOST_SAMPLES);
    this.#octets = new Uint8Array(this.wasm.memory.buffer, this.octetsAt, MOST_OCTETS);
    const error = init(this.state);
    if (error !== 0) throw new OffhookError("media-failed", `Opus cannot be started (${error})`);
  }

  /** Memory that grew for somebody else is another buffer. */
  protected get samples(): Int16Array {
    if (this.#samples.length === 0) {
      this.#samples = new Int16Array(this.wasm.memory.buffer, this.samplesAt, MOST_SAMPLES);
    }
    return this.#samples;
  }

  protected get octets(): Uint8Array {
    if (this.#octets.length === 0) {
      this.#octets = new Uint8Array(this.wasm.memory.buffer, this.octetsAt, MOST_OCTETS);
    }
    return this.#octets;
  }

  free(): void {
    for (const pointer of [this.state, this.samplesAt, this.octetsAt]) this.wasm.free(pointer);
  }
}

/** At 48 kHz; two channels are interleaved. */
export class Encoder extends Coder {
  readonly #channels: number;

  constructor(channels: 1 | 2 = 1) {
    const wasm = loaded();
    super(
      wasm.opus_encoder_get_size(channels),
      (state) => wasm.opus_encoder_init(state, OPUS_RATE, channels, APPLICATION_VOIP),
    );
    this.#channels = channels;
  }

  control(name: EncoderControl, value: number): void {
    this.wasm.opus_encoder_ctl_set(this.state, CONTROLS[name], value);
  }

  /**
   * @param pcm 10, 20, 40 or 60 ms
   * @returns octets written at `offset`; 0: the encoder failed
   */
  encode(pcm: Int16Array, into: Uint8Array, offset: number): number {
    this.samples.set(pcm);
    const most = Math.min(MOST_OCTETS, into.length - offset);
    const { wasm, state, samplesAt, octetsAt } = this;
    const length = wasm.opus_encode(state, samplesAt, pcm.length / this.#channels, octetsAt, most);
    if (length <= 0) return 0;
    const { octets } = this;
    for (let i = 0; i < length; i++) into[offset + i] = octets[i]!;
    return length;
  }
}

/** To mono at 48 kHz, whatever the packets hold. */
export class Decoder extends Coder {
  constructor() {
    const wasm = loaded();
    super(
      wasm.opus_decoder_get_size(1),
      (state) => wasm.opus_decoder_init(state, OPUS_RATE, 1),
    );
  }

  /** @returns samples written; 0: no packet of Opus */
  decode(packet: Uint8Array, pcm: Int16Array): number {
    return this.#decode(packet, Math.min(pcm.length, MOST_SAMPLES), 0, pcm);
  }

  /**
   * What the packet tells of the one before it.
   * @param samples as many as that one held
   */
  recover(packet: Uint8Array, samples: number, pcm: Int16Array): number {
    return this.#decode(packet, samples, 1, pcm);
  }

  #decode(packet: Uint8Array, most: number, fec: 0 | 1, pcm: Int16Array): number {
    // An empty one asks libopus to make sound up.
    if (packet.length === 0 || packet.length > MOST_OCTETS) return 0;
    this.octets.set(packet);
    const { wasm, state, octetsAt, samplesAt } = this;
    const count = wasm.opus_decode(state, octetsAt, packet.length, samplesAt, most, fec);
    if (count <= 0) return 0;
    const { samples } = this;
    for (let i = 0; i < count; i++) pcm[i] = samples[i]!;
    return count;
  }
}
