/**
 * The system's libportaudio through `Deno.dlopen`: symbols, structures and error texts of the C API
 * version 19 (portaudio.h), on 64-bit systems. Calls that may block run on a thread of their own
 * (`nonblocking`), so that a sound server that hangs does not hang the host. Not thread-safe: one
 * call at a time besides the reads and writes of different streams.
 */
import { OffhookError } from "../../../base/mod.ts";

const SYMBOLS = {
  Pa_Initialize: { parameters: [], result: "i32", nonblocking: true },
  Pa_Terminate: { parameters: [], result: "i32", nonblocking: true },
  Pa_GetErrorText: { parameters: ["i32"], result: "pointer" },
  Pa_GetLastHostErrorInfo: { parameters: [], result: "pointer" },
  Pa_GetDeviceCount: { parameters: [], result: "i32" },
  Pa_GetDeviceInfo: { parameters: ["i32"], result: "pointer" },
  Pa_GetHostApiInfo: { parameters: ["i32"], result: "pointer" },
  Pa_GetDefaultInputDevice: { parameters: [], result: "i32" },
  Pa_GetDefaultOutputDevice: { parameters: [], result: "i32" },
  Pa_OpenStream: {
    parameters: [
      "buffer",
      "buffer",
      "buffer",
      "f64",
      "usize",
      "usize",
      "pointer",
      "pointer",
    ],
    result: "i32",
    nonblocking: true,
  },
  Pa_StartStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  Pa_AbortStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  Pa_CloseStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  Pa_GetStreamInfo: { parameters: ["pointer"], result: "pointer" },
  Pa_ReadStream: { parameters: ["pointer", "buffer", "usize"], result: "i32", nonblocking: true },
  Pa_WriteStream: { parameters: ["pointer", "buffer", "usize"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

export type PortAudio = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Where the library is looked for when the loader does not find it by its name alone. */
const LIBRARY_NAMES: Record<string, string[]> = {
  linux: ["libportaudio.so.2"],
  darwin: [
    "libportaudio.2.dylib",
    "/opt/homebrew/lib/libportaudio.2.dylib",
    "/usr/local/lib/libportaudio.2.dylib",
  ],
};

const INSTALL_HINT = Deno.build.os === "darwin"
  ? "Install PortAudio: brew install portaudio"
  : "Install PortAudio: apt-get install libportaudio2";

/** paInt16 of portaudio.h. */
const SAMPLE_FORMAT_INT16 = 8n;
/** paClipOff: what we play is in range. */
const CLIP_OFF = 1n;

/** Pa_ReadStream lost sound before this read; the read itself is good. */
export const INPUT_OVERFLOWED = -9981;
/** Pa_WriteStream came too late; the write itself was taken. */
export const OUTPUT_UNDERFLOWED = -9980;

/**
 * @param path of the library when it is not where the system's loader looks (`OFFHOOK_PORTAUDIO`)
 * @throws OffhookError `device-failed` when it is not installed
 */
export function loadPortAudio(path = Deno.env.get("OFFHOOK_PORTAUDIO")): PortAudio {
  const names = path ? [path] : LIBRARY_NAMES[Deno.build.os] ?? [];
  let cause: unknown;
  for (const name of names) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols;
    } catch (error) {
      cause ??= error;
    }
  }
  throw new OffhookError("device-failed", "The PortAudio library is not installed", {
    hint: INSTALL_HINT,
    data: { tried: names },
    cause,
  });
}

export interface PortAudioDevice {
  name: string;
  hostApi: string;
  maxInputChannels: number;
  maxOutputChannels: number;
  lowInputLatency: number;
  lowOutputLatency: number;
  defaultSampleRate: number;
}

/** PaDeviceInfo of a device index, latencies in seconds; undefined when there is no such device. */
export function readDevice(library: PortAudio, index: number): PortAudioDevice | undefined {
  const pointer = library.Pa_GetDeviceInfo(index);
  if (pointer === null) return undefined;
  const info = new Deno.UnsafePointerView(pointer);
  const hostApi = library.Pa_GetHostApiInfo(info.getInt32(16));
  return {
    name: textAt(info.getPointer(8)),
    hostApi: hostApi === null ? "" : textAt(new Deno.UnsafePointerView(hostApi).getPointer(8)),
    maxInputChannels: info.getInt32(20),
    maxOutputChannels: info.getInt32(24),
    lowInputLatency: info.getFloat64(32),
    lowOutputLatency: info.getFloat64(40),
    defaultSampleRate: info.getFloat64(64),
  };
}

/** PaStreamParameters for 16 bit samples. */
function streamParameters(
  index: number,
  channels: number,
  latency: number,
): Uint8Array<ArrayBuffer> {
  const parameters = new Uint8Array(32);
  const view = new DataView(parameters.buffer);
  view.setInt32(0, index, true);
  view.setInt32(4, channels, true);
  view.setBigUint64(8, SAMPLE_FORMAT_INT16, true);
  view.setFloat64(16, latency, true);
  return parameters;
}

/** Pa_OpenStream for one direction with the blocking API. @returns the stream, not started */
export async function openBlockingStream(
  library: PortAudio,
  wanted: {
    index: number;
    capture: boolean;
    channels: number;
    rate: number;
    blockFrames: number;
    /** Seconds. */
    latency: number;
  },
): Promise<Deno.PointerObject> {
  const parameters = streamParameters(wanted.index, wanted.channels, wanted.latency);
  const out = new BigUint64Array(1);
  const code = await library.Pa_OpenStream(
    new Uint8Array(out.buffer),
    wanted.capture ? parameters : null,
    wanted.capture ? null : parameters,
    wanted.rate,
    BigInt(wanted.blockFrames),
    CLIP_OFF,
    null,
    null,
  );
  checked(library, code, "open the stream");
  const stream = Deno.UnsafePointer.create(out[0]);
  if (stream === null) throw new OffhookError("device-failed", "PortAudio gave no stream");
  return stream;
}

/** Latency in seconds as PaStreamInfo tells it. */
export function streamLatency(
  library: PortAudio,
  stream: Deno.PointerObject,
  capture: boolean,
): number {
  const pointer = library.Pa_GetStreamInfo(stream);
  return pointer === null ? 0 : new Deno.UnsafePointerView(pointer).getFloat64(capture ? 8 : 16);
}

/** @throws OffhookError `device-failed` with PortAudio's own words */
export function checked(library: PortAudio, code: number, what: string): void {
  if (code < 0) throw portAudioError(library, code, what);
}

export function portAudioError(library: PortAudio, code: number, what: string): OffhookError {
  const text = textAt(library.Pa_GetErrorText(code));
  const host = code === UNANTICIPATED_HOST_ERROR ? hostErrorText(library) : "";
  return new OffhookError("device-failed", `PortAudio could not ${what}: ${host || text}`, {
    data: { portaudio: code },
  });
}

const UNANTICIPATED_HOST_ERROR = -9999;

function hostErrorText(library: PortAudio): string {
  const pointer = library.Pa_GetLastHostErrorInfo();
  return pointer === null ? "" : textAt(new Deno.UnsafePointerView(pointer).getPointer(16));
}

function textAt(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}
