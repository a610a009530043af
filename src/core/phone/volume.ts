/** How loud calls are heard: kept for the calls to come, and told to the media of those that are on. */
import type { Turn } from "../state/turn.ts";
import { volumeAfter, type VolumeWish } from "../media/volume.ts";

/** Told also when it was at its limit: who presses a key wants to know. @throws OffhookError `usage` */
export function setVolume(turn: Turn, wish: VolumeWish): void {
  const volume = volumeAfter(turn.volume, wish);
  if (volume !== turn.volume) {
    turn.putVolume(volume);
    for (const call of turn.calls.values()) {
      if (call.media.name !== "none") turn.ask({ type: "SetVolume", call: call.id, volume });
    }
  }
  turn.events.push({ type: "volume", volume });
}
