/**
 * Opens a device in the format that it takes: 48 kHz mono if it can, else stereo (a card that has no
 * mono), else the same at the device's own rate.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { AudioBackend, BackendCapture, BackendPlayback, StreamFormat } from "./backend.ts";
import {
  type AudioDevice,
  channelsOf,
  PREFERRED_RATE,
  type StreamDirection,
} from "../../wire/mod.ts";

/** @throws OffhookError `device-failed` naming the device, with what each format gave */
export async function openInBestFormat(
  backend: AudioBackend,
  device: AudioDevice,
  direction: StreamDirection,
): Promise<BackendCapture | BackendPlayback> {
  const failures: string[] = [];
  for (const format of candidateFormats(device, direction)) {
    try {
      return await backend.openStream(device, direction, format);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      failures.push(`${format.rate} Hz × ${format.channels}: ${text}`);
    }
  }
  const what = direction === "capture" ? "microphone" : "speaker";
  throw new OffhookError("device-failed", `The ${what} "${device.name}" could not be opened`, {
    hint: "Another program may hold it; close that program or choose another device.",
    data: { device: device.id, tried: failures },
  });
}

export function candidateFormats(device: AudioDevice, direction: StreamDirection): StreamFormat[] {
  const most = channelsOf(device, direction);
  const channels = most >= 2 ? [1, 2] : [1];
  const rates = [...new Set([PREFERRED_RATE, device.sampleRate])].filter((rate) => rate > 0);
  return rates.flatMap((rate) => channels.map((count) => ({ rate, channels: count })));
}
