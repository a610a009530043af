/**
 * How loud the person hears calls: one number for headset keys, API and screen, in dB. 0 is as it
 * comes. Pure.
 */
import type { Names } from "../../base/names/mod.ts";
import { OffhookError } from "../../base/mod.ts";

/** dB. */
const VOLUME = { least: -30, most: 6, step: 2 } as const;

export const VOLUME_STEPS = ["up", "down"] as const satisfies Names<2>;
export type VolumeStep = (typeof VOLUME_STEPS)[number];

/** One step, or dB. */
export type VolumeWish = VolumeStep | number;

/**
 * The volume that is meant; a step beyond the limits stays at the limit.
 * @throws OffhookError `usage` for a number that is not allowed
 */
export function volumeAfter(volume: number, wish: VolumeWish): number {
  const { least, most, step } = VOLUME;
  if (wish === "up") return Math.min(most, volume + step);
  if (wish === "down") return Math.max(least, volume - step);
  if (Number.isInteger(wish) && wish >= least && wish <= most) return wish;
  throw new OffhookError("usage", `the volume cannot be ${wish} dB`, {
    hint: `Allowed are up, down and whole dB from ${least} to ${most}.`,
  });
}
