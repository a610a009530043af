/**
 * The system's libspeexdsp through `Deno.dlopen`: its echo canceller (an adaptive filter in the frequency
 * domain, MDF) and the suppressor of what that leaves. The one place that knows its C API
 * (speex_echo.h, speex_preprocess.h).
 *
 * A call takes some 0.3 ms and is made on the thread that moves the sound.
 */
import { OffhookError } from "../../../../base/mod.ts";

const SYMBOLS = {
  speex_echo_state_init: { parameters: ["i32", "i32"], result: "pointer" },
  speex_echo_state_destroy: { parameters: ["pointer"], result: "void" },
  speex_echo_cancellation: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "void",
  },
  speex_echo_ctl: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  speex_preprocess_state_init: { parameters: ["i32", "i32"], result: "pointer" },
  speex_preprocess_state_destroy: { parameters: ["pointer"], result: "void" },
  speex_preprocess_run: { parameters: ["pointer", "buffer"], result: "i32" },
  speex_preprocess_ctl: { parameters: ["pointer", "i32", "pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

export type SpeexDsp = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const LIBRARY_NAMES: Record<string, string[]> = {
  linux: ["libspeexdsp.so.1"],
  darwin: [
    "libspeexdsp.1.dylib",
    "/opt/homebrew/lib/libspeexdsp.1.dylib",
    "/usr/local/lib/libspeexdsp.1.dylib",
  ],
};

const INSTALL_HINT = Deno.build.os === "darwin"
  ? "Install it: brew install speexdsp"
  : "Install it: apt-get install libspeexdsp1";

/** Requests of the `_ctl` functions. */
const ECHO_SET_SAMPLING_RATE = 24;
const PREPROCESS_SET_DENOISE = 0;
const PREPROCESS_SET_ECHO_STATE = 24;
/** How long an echo may last, cards included. */
const TAIL_MS = 250;

/** @throws OffhookError `device-failed` when it is not installed, or is something else */
export function loadSpeexDsp(names: string[] = LIBRARY_NAMES[Deno.build.os] ?? []): SpeexDsp {
  let cause: unknown;
  for (const name of names) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols;
    } catch (error) {
      cause ??= error;
    }
  }
  throw new OffhookError("device-failed", "The echo canceller libspeexdsp cannot be loaded", {
    hint: INSTALL_HINT,
    data: { tried: names },
    cause,
  });
}

/** One canceller of libspeexdsp, for blocks of one length. */
export class SpeexEcho {
  readonly #library: SpeexDsp;
  readonly #echo: Deno.PointerObject;
  readonly #rest: Deno.PointerObject;
  readonly #heard: Int16Array<ArrayBuffer>;

  /** @param samples of a block; @param rate Hz */
  constructor(library: SpeexDsp, samples: number, rate: number) {
    this.#library = library;
    const echo = library.speex_echo_state_init(samples, Math.round(rate * TAIL_MS / 1000));
    const rest = library.speex_preprocess_state_init(samples, rate);
    if (echo === null || rest === null) throw new OffhookError("device-failed", "no memory");
    this.#echo = echo;
    this.#rest = rest;
    this.#heard = new Int16Array(samples);
    library.speex_echo_ctl(echo, ECHO_SET_SAMPLING_RATE, bytes(Int32Array.of(rate)));
    const off = Deno.UnsafePointer.of(Int32Array.of(0));
    library.speex_preprocess_ctl(rest, PREPROCESS_SET_DENOISE, off);
    library.speex_preprocess_ctl(rest, PREPROCESS_SET_ECHO_STATE, echo);
  }

  /** Takes the echo of `played` out of `block`, in place. */
  cancel(block: Int16Array, played: Int16Array<ArrayBuffer>): void {
    this.#heard.set(block);
    const out = new Uint8Array(block.buffer as ArrayBuffer, block.byteOffset, block.byteLength);
    this.#library.speex_echo_cancellation(this.#echo, bytes(this.#heard), bytes(played), out);
    this.#library.speex_preprocess_run(this.#rest, out);
  }

  close(): void {
    this.#library.speex_preprocess_state_destroy(this.#rest);
    this.#library.speex_echo_state_destroy(this.#echo);
  }
}

function bytes(values: Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
