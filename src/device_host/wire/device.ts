/**
 * Sound cards as a person names them. Pure.
 *
 * A device is found by its stable id, its name or a part of its name. What does not exist or is not
 * unique is an error that lists what does exist: a call must never go to another card than the one
 * that was named.
 */
import { OffhookError } from "../../base/mod.ts";

export type StreamDirection = "capture" | "playback";

/** One device of one host API. */
export interface AudioDevice {
  /**
   * The same after a restart or a replug: host API, name without the card's number, and channels,
   * as `alsa:jabra-evolve2-65-usb-audio-0:1x2`.
   */
  id: string;
  name: string;
  /** `ALSA`, `JACK Audio Connection Kit`, `Core Audio`, … */
  hostApi: string;
  inputChannels: number;
  outputChannels: number;
  defaultInput: boolean;
  defaultOutput: boolean;
  /** Rate that the device prefers, Hz. */
  sampleRate: number;
}

const WORDS = {
  capture: { device: "microphone", devices: "microphones" },
  playback: { device: "speaker", devices: "speakers" },
} as const;

/** Gives every device its stable id; equal devices are numbered in the system's order. */
export function withStableIds<T extends Omit<AudioDevice, "id">>(
  devices: T[],
): (T & { id: string })[] {
  const seen = new Map<string, number>();
  return devices.map((device) => {
    const base = `${slug(device.hostApi)}:${slug(withoutCardNumber(device.name))}` +
      `:${device.inputChannels}x${device.outputChannels}`;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return { ...device, id: count === 1 ? base : `${base}#${count}` };
  });
}

/** Cards are numbered in the order in which they were plugged in; their parts are not. */
function withoutCardNumber(name: string): string {
  return name.replace(/\(hw:[^,)]+,(\d+)\)/, "$1");
}

function slug(text: string): string {
  return text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

export function channelsOf(device: AudioDevice, direction: StreamDirection): number {
  return direction === "capture" ? device.inputChannels : device.outputChannels;
}

/**
 * The device that `wanted` names among those that can do `direction`: by stable id (its channel
 * layout may have changed, a busy card hides channels), exact name, or unique part of the name,
 * without regard to case; `undefined` is the system's default.
 *
 * @throws OffhookError `device-not-found` with every usable device in `data.devices`
 */
export function findDevice<T extends AudioDevice>(
  devices: readonly T[],
  wanted: string | undefined,
  direction: StreamDirection,
): T {
  const usable = devices.filter((device) => channelsOf(device, direction) > 0);
  if (wanted === undefined) return defaultDevice(usable, direction);
  const needle = wanted.trim().toLowerCase();
  const layoutless = (id: string) => id.replace(/:\d+x\d+(?=#|$)/, "");
  const tests: ((device: T) => boolean)[] = [
    (device) => device.id === needle,
    (device) => device.name === wanted,
    (device) => device.name.toLowerCase() === needle,
    (device) => layoutless(device.id) === layoutless(needle),
    (device) => needle !== "" && device.name.toLowerCase().includes(needle),
  ];
  for (const test of tests) {
    const found = usable.filter(test);
    if (found.length === 1) return found[0];
    if (found.length > 1) throw ambiguous(wanted, direction, found);
  }
  throw notFound(wanted, direction, usable, devices);
}

function defaultDevice<T extends AudioDevice>(usable: T[], direction: StreamDirection): T {
  const { device, devices } = WORDS[direction];
  const isDefault = (each: T) => direction === "capture" ? each.defaultInput : each.defaultOutput;
  const found = usable.find(isDefault);
  if (found) return found;
  if (usable.length === 0) {
    throw new OffhookError("device-not-found", `The system has no ${device}`, {
      hint: "Plug in a headset or sound card, or use a file, pipe or tone instead of a device.",
      data: { direction, devices: [] },
    });
  }
  throw new OffhookError("device-not-found", `The system has no default ${device}`, {
    hint: `Name one of its ${devices}: ${quotedNames(usable)}.`,
    data: { direction, devices: summaries(usable) },
  });
}

function ambiguous(wanted: string, direction: StreamDirection, found: AudioDevice[]): OffhookError {
  const { devices } = WORDS[direction];
  return new OffhookError(
    "device-not-found",
    `"${wanted}" names ${found.length} ${devices}: ${quotedNames(found)}`,
    {
      hint: `Use the id of one of them: ${found.map((device) => device.id).join(", ")}.`,
      data: { direction, wanted, devices: summaries(found) },
    },
  );
}

function notFound(
  wanted: string,
  direction: StreamDirection,
  usable: AudioDevice[],
  all: readonly AudioDevice[],
): OffhookError {
  const { device, devices } = WORDS[direction];
  const other = all.some((each) => each.name === wanted || each.id === wanted);
  const message = other
    ? `The device "${wanted}" is not a ${device}.`
    : `There is no ${device} named "${wanted}".`;
  return new OffhookError("device-not-found", message, {
    hint: usable.length === 0
      ? `The system has no ${device} at all.`
      : `The ${devices} are ${quotedNames(usable)}.`,
    data: { direction, wanted, devices: summaries(usable) },
  });
}

function quotedNames(devices: AudioDevice[]): string {
  return devices.map((device) => `"${device.name}"`).join(", ");
}

function summaries(devices: AudioDevice[]): { id: string; name: string }[] {
  return devices.map(({ id, name }) => ({ id, name }));
}

/** A device that was listed and cannot be opened any more. */
export function deviceGone({ name }: AudioDevice): OffhookError {
  return new OffhookError("device-failed", `The device "${name}" is gone`);
}
