/** How loud calls are heard: those that are on, and those to come. */
import type { Turn } from "../../state/mod.ts";
import { volumeAfter, type VolumeWish } from "../../media/mod.ts";

/** Told also when it was at its limit: who presses a key wants to know. @throws OffhookError `usage` */
export function setVolume(turn: Turn, wish: VolumeWish): void {
  const volume = volumeAfter(turn.volume, wish);
  if (volume !== turn.volume) turn.putVolume(volume);
  turn.events.push({ type: "volume", volume });
}
