/**
 * Sound cards as a person names them. Pure.
 *
 * A device is found by its stable id, its name or a part of its name. What does not exist or is not
 * unique is an error that lists what does exist: a call must never go to another card than the one
 * that was named. Several may be named, the preferred first: `Jabra | *USB* | default`.
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

/** Between the devices of a list. */
const SEPARATOR = "|";
/** In a list: the system's default device. */
const DEFAULT = "default";

/** What a list names, each once. */
function listedNames(wanted: string): string[] {
  return [...new Set(wanted.split(SEPARATOR).map((name) => name.trim()).filter(Boolean))];
}

/**
 * The device that `wanted` names among those that can do `direction`: by stable id (its channel
 * layout may have changed, a busy card hides channels), exact name, unique part of the name, or the
 * first that a pattern with `*` matches, without regard to case; `undefined` is the system's default.
 * Of a list the first one that is there; what is missing or not unique is passed over.
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
  const found = namedDevice(usable, wanted, direction);
  if (found !== undefined) return found;
  const names = listedNames(wanted);
  for (const name of names) {
    const listed = names.length > 1 && listedDevice(usable, name, direction);
    if (listed) return listed;
  }
  throw notFound(wanted, direction, usable, devices);
}

/** Names of a list that are passed over on the way to the device that is used. */
export function passedOver<T extends AudioDevice>(
  devices: readonly T[],
  wanted: string | undefined,
  direction: StreamDirection,
): string[] {
  const names = wanted === undefined ? [] : listedNames(wanted);
  const usable = devices.filter((device) => channelsOf(device, direction) > 0);
  const used = names.findIndex((name) => listedDevice(usable, name, direction) !== undefined);
  return names.length < 2 ? [] : names.slice(0, used < 0 ? names.length : used);
}

/** Whether the first device of the list that is there is this one; a single name is no list. */
export function prefers(
  devices: readonly AudioDevice[],
  wanted: string,
  id: string,
  direction: StreamDirection,
): boolean {
  const usable = devices.filter((device) => channelsOf(device, direction) > 0);
  const names = listedNames(wanted);
  if (names.length < 2) return false;
  return names.map((name) => listedDevice(usable, name, direction)).find(Boolean)?.id === id;
}

function listedDevice<T extends AudioDevice>(
  usable: T[],
  name: string,
  direction: StreamDirection,
): T | undefined {
  try {
    const found = namedDevice(usable, name, direction);
    return found === undefined && name.toLowerCase() === DEFAULT
      ? defaultDevice(usable, direction)
      : found;
  } catch {
    // not unique, or there is no default: the next one of the list
    return undefined;
  }
}

/** @throws OffhookError `device-not-found` when it is not unique */
function namedDevice<T extends AudioDevice>(
  usable: T[],
  wanted: string,
  direction: StreamDirection,
): T | undefined {
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
  if (!needle.includes("*") || needle.includes(SEPARATOR)) return undefined;
  return usable.find(({ name, id }) => isLike(name.toLowerCase(), needle) || isLike(id, needle));
}

/** @param pattern each `*` stands for any text */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  const last = parts.pop()!;
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const found = text.indexOf(part, at);
    if (found < 0 || (i === 0 && found > 0)) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
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
  const names = listedNames(wanted).map((name) => `"${name}"`).join(", ");
  const message = other
    ? `The device "${wanted}" is not a ${device}.`
    : names.includes(",")
    ? `There is none of the ${devices} ${names}.`
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
