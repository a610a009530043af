/**
 * Which sound devices belong to a headset. Pure.
 *
 *     ALSA card of the same USB device ─► device `… (hw:CARD,…)`      Linux, to the letter
 *     else: a device that carries the headset's name                  PulseAudio, Core Audio, WASAPI
 */
import type { SoundDevice } from "../control/records.ts";

/** Stable ids of the headset's devices; what it lacks is absent. */
export interface HeadsetSound {
  microphone?: string;
  speaker?: string;
}

export function soundOf(
  headset: { name: string; soundCards: readonly number[] },
  devices: readonly SoundDevice[],
): HeadsetSound {
  const onCard = devices.filter(({ name }) => {
    const card = /\(hw:(\d+),\d+\)/.exec(name)?.[1];
    return card !== undefined && headset.soundCards.includes(Number(card));
  });
  const named = devices.filter(({ name }) => {
    const [device, own] = [name.toLowerCase(), headset.name.toLowerCase()];
    return device.includes(own);
  });
  const own = [...onCard, ...named];
  const microphone = own.find(({ inputChannels }) => inputChannels > 0)?.id;
  const speaker = own.find(({ outputChannels }) => outputChannels > 0)?.id;
  return {
    ...(microphone === undefined ? {} : { microphone }),
    ...(speaker === undefined ? {} : { speaker }),
  };
}
