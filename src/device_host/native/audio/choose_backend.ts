/**
 * Which sound library is used: naudiodon where its addon was built, else the system's libportaudio,
 * else none. `OFFHOOK_AUDIO_BACKEND` = `naudiodon`, `ffi` or `none` insists on one.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { AudioBackend } from "./backend.ts";
import { NoBackend } from "./no_backend.ts";

/** @param wanted value of `OFFHOOK_AUDIO_BACKEND`; empty or absent: the best that there is */
export async function chooseBackend(wanted: string | undefined): Promise<AudioBackend> {
  switch (wanted) {
    case "naudiodon":
      return await orNone(naudiodon);
    case "ffi":
      return await orNone(portaudio);
    case "none":
      return new NoBackend(
        new OffhookError("device-failed", "Sound cards are switched off", {
          hint: "Unset OFFHOOK_AUDIO_BACKEND to use them.",
        }),
      );
    case "":
    case undefined:
      return await naudiodon().catch(() => orNone(portaudio));
    default:
      return new NoBackend(
        new OffhookError("usage", `OFFHOOK_AUDIO_BACKEND is "${wanted}"`, {
          hint:
            "It may be naudiodon, ffi or none. When it is not set, the best one that works is used.",
        }),
      );
  }
}

async function naudiodon(): Promise<AudioBackend> {
  const { NaudiodonBackend } = await import("./naudiodon_backend.ts");
  try {
    return new NaudiodonBackend();
  } catch (error) {
    throw new OffhookError("device-failed", "The naudiodon addon cannot be loaded", {
      hint: "Build it (deno task demo does), or unset OFFHOOK_AUDIO_BACKEND.",
      data: { reason: error instanceof Error ? error.message : String(error) },
    });
  }
}

async function portaudio(): Promise<AudioBackend> {
  const { PortAudioBackend } = await import("./portaudio_backend.ts");
  return new PortAudioBackend();
}

async function orNone(load: () => Promise<AudioBackend>): Promise<AudioBackend> {
  return await load().catch((error) => new NoBackend(OffhookError.from(error)));
}
