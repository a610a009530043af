/**
 * Sample rate conversion, the one place that imports the Speex resampler (WebAssembly).
 *
 *     16-bit samples at `from` Hz ──► polyphase FIR in wasm memory ──► 16-bit samples at `to` Hz
 *
 * On the real-time path: no allocation after construction. The module is loaded once a thread, by
 * `loadResampler()`, which endpoints and streams await when they open; nothing is loaded before.
 */
import { OffhookError } from "../base/mod.ts";

/** 0–10 of speexdsp; 5: 80 taps, −80 dB or so, 11–14 µs a frame. */
const QUALITY = 5;
/** Samples of one pass through wasm memory. */
const BLOCK = 4096;

/** The exports of the Emscripten module that are used. */
interface SpeexModule {
  HEAP16: Int16Array;
  HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _speex_resampler_init(
    channels: number,
    from: number,
    to: number,
    quality: number,
    error: number,
  ): number;
  _speex_resampler_process_int(
    state: number,
    channel: number,
    input: number,
    inputLength: number,
    output: number,
    outputLength: number,
  ): number;
  _speex_resampler_destroy(state: number): void;
}

let loading: Promise<void> | undefined;
let speex: SpeexModule | undefined;

/** Loads the WebAssembly module once; await it before constructing a {@link Resampler}. */
export function loadResampler(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const loader = import.meta.resolve("@echogarden/speex-resampler-wasm/simd");
  const binary = new URL(loader.replace(/(?:\.js)?$/, ".wasm"));
  const [{ default: instantiate }, wasmBinary] = await Promise.all([
    import("@echogarden/speex-resampler-wasm/simd"),
    Deno.readFile(binary),
  ]);
  speex = await withoutProcess<SpeexModule>(() => instantiate({ wasmBinary }));
}

/**
 * Else the loader takes us for Node, to read the file that it is given here: it would load what the
 * first call's INVITE waits for, and `process` itself takes 50 ms. It looks once, before it first waits.
 */
function withoutProcess<T>(run: () => Promise<T>): Promise<T> {
  const process = Object.getOwnPropertyDescriptor(globalThis, "process");
  if (process === undefined) return run();
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "process", process);
  }
}

/**
 * Converts one mono stream. Equal rates copy. Where `to` divides `from` or the other way round, every
 * block gives exactly its share of samples from the first on (the filter starts full of zeros, about
 * 5 ms between 48 and 8 kHz).
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  /** 0: equal rates, or freed. */
  #state = 0;
  /** Wasm addresses: input block, output block, and two 32-bit lengths. */
  #input = 0;
  #output = 0;
  #lengths = 0;

  /**
   * @param from Hz
   * @param to Hz
   * @throws OffhookError `internal` when the module is not loaded or refuses the rates
   */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    if (from === to) return;
    if (!speex) throw new OffhookError("internal", "the resampler is used before it is loaded");
    this.#lengths = speex._malloc(12);
    this.#state = speex._speex_resampler_init(1, from, to, QUALITY, this.#lengths + 8);
    if (this.#state === 0) {
      speex._free(this.#lengths);
      throw new OffhookError("internal", `cannot convert from ${from} Hz to ${to} Hz`);
    }
    this.#input = speex._malloc(BLOCK * 2);
    this.#output = speex._malloc(BLOCK * 2);
  }

  /** Upper bound of the samples that `process` makes of `samples` input samples. */
  outputBound(samples: number): number {
    return Math.ceil((samples * this.#to) / this.#from) + 1;
  }

  /**
   * Converts all of `input`.
   *
   * @param output room for at least `outputBound(input.length)` samples, the caller's
   * @returns samples written to `output`
   */
  process(input: Int16Array, output: Int16Array): number {
    if (this.#from === this.#to) {
      output.set(input);
      return input.length;
    }
    if (this.#state === 0 || !speex) return 0;
    let consumed = 0;
    let produced = 0;
    while (consumed < input.length) {
      const take = Math.min(BLOCK, input.length - consumed);
      const room = Math.min(BLOCK, output.length - produced);
      if (room === 0) break;
      const source = take === input.length ? input : input.subarray(consumed, consumed + take);
      speex.HEAP16.set(source, this.#input >> 1);
      speex.HEAPU32[this.#lengths >> 2] = take;
      speex.HEAPU32[(this.#lengths >> 2) + 1] = room;
      speex._speex_resampler_process_int(
        this.#state,
        0,
        this.#input,
        this.#lengths,
        this.#output,
        this.#lengths + 4,
      );
      const used = speex.HEAPU32[this.#lengths >> 2]!;
      const made = speex.HEAPU32[(this.#lengths >> 2) + 1]!;
      const start = this.#output >> 1;
      for (let i = 0; i < made; i++) output[produced + i] = speex.HEAP16[start + i]!;
      consumed += used;
      produced += made;
      if (used === 0 && made === 0) break;
    }
    return produced;
  }

  /** Gives the wasm memory back. Idempotent; `process` gives nothing from then on. */
  free(): void {
    if (this.#state === 0 || !speex) return;
    speex._speex_resampler_destroy(this.#state);
    speex._free(this.#input);
    speex._free(this.#output);
    speex._free(this.#lengths);
    this.#state = 0;
  }
}
