/**
 * The syntax of audio endpoints, `--mic` and `--speaker` on the command line and `audio.mic` and
 * `audio.speaker` in the configuration:
 *
 *     mic      device | device:NAME | file:PATH | pipe | tone | tone:HERTZ | voice | silence
 *     speaker  device | device:NAME | file:PATH | pipe | null
 *
 * Of several names with | between them, the first device that is there is used. Pure.
 */
import { nearest, OffhookError } from "../../base/mod.ts";
import type { Microphone, Speaker } from "../../core/ports/mod.ts";

/** The forms of each kind; `echo` is the practice PBX's alone. */
const MICROPHONES: Readonly<Record<Exclude<Microphone["kind"], "echo">, readonly string[]>> = {
  device: ["device", "device:NAME"],
  file: ["file:PATH"],
  pipe: ["pipe"],
  tone: ["tone", "tone:HERTZ"],
  voice: ["voice"],
  silence: ["silence"],
};
const SPEAKERS: Readonly<Record<Speaker["kind"], readonly string[]>> = {
  device: ["device", "device:NAME"],
  file: ["file:PATH"],
  pipe: ["pipe"],
  null: ["null"],
};

export const MICROPHONE_KINDS = Object.keys(MICROPHONES);
export const SPEAKER_KINDS = Object.keys(SPEAKERS);

export const MICROPHONE_SYNTAX = listed(Object.values(MICROPHONES).flat());
export const SPEAKER_SYNTAX = listed(Object.values(SPEAKERS).flat());

/** Level of a generated tone, dBm0: loud enough for any detector, below clipping. */
const TONE_LEVEL = -10;
const DEFAULT_TONE_HERTZ = 1004;

export interface EndpointDefaults {
  /** Samples per second of a pipe. */
  rate: number;
  /** Whether a file starts again at its end. */
  loop: boolean;
  /** Name or id for `device` without a name; absent: the system's default. */
  device?: string;
}

/** What `device` stands for: one name, or one for a list of them, the preferred first. */
export function deviceName(names: string | readonly string[]): string {
  return typeof names === "string" ? names : names.join(" | ");
}

/** @throws OffhookError `usage` naming the value and what is allowed. */
export function parseMicrophone(text: string, defaults: EndpointDefaults): Microphone {
  const { kind, rest } = split(text);
  switch (kind) {
    case "device":
      return named("device", rest ?? defaults.device);
    case "file":
      return { kind: "file", path: required(text, rest), loop: defaults.loop };
    case "pipe":
      return { kind: "pipe", rate: alone(text, rest, defaults.rate) };
    case "tone":
      return { kind: "tone", frequency: toneFrequency(text, rest), level: TONE_LEVEL };
    case "voice":
      return alone(text, rest, { kind: "voice" });
    case "silence":
    case "null":
      return alone(text, rest, { kind: "silence" });
    default:
      throw unknownKind("microphone", text, kind, MICROPHONE_KINDS, MICROPHONE_SYNTAX);
  }
}

/** @throws OffhookError `usage` naming the value and what is allowed. */
export function parseSpeaker(text: string, defaults: Omit<EndpointDefaults, "loop">): Speaker {
  const { kind, rest } = split(text);
  switch (kind) {
    case "device":
      return named("device", rest ?? defaults.device);
    case "file":
      return { kind: "file", path: required(text, rest) };
    case "pipe":
      return { kind: "pipe", rate: alone(text, rest, defaults.rate) };
    case "null":
    case "silence":
      return alone(text, rest, { kind: "null" });
    default:
      throw unknownKind("speaker", text, kind, SPEAKER_KINDS, SPEAKER_SYNTAX);
  }
}

/** `a, b or c`. */
function listed(forms: readonly string[]): string {
  return `${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}`;
}

function split(text: string): { kind: string; rest?: string } {
  const colon = text.indexOf(":");
  return colon < 0 ? { kind: text } : { kind: text.slice(0, colon), rest: text.slice(colon + 1) };
}

function named(kind: "device", name: string | undefined): { kind: "device"; name?: string } {
  return name === undefined || name === "" ? { kind } : { kind, name };
}

function required(text: string, rest: string | undefined): string {
  if (rest !== undefined && rest !== "") return rest;
  throw new OffhookError("usage", `"${text}" lacks the path of the file`, {
    hint: "Write file:PATH, for example file:hello.wav.",
  });
}

/** `result`, unless something follows a kind that takes nothing. */
function alone<T>(text: string, rest: string | undefined, result: T): T {
  if (rest === undefined) return result;
  throw new OffhookError("usage", `"${text}": nothing may follow "${split(text).kind}"`, {
    hint: `Write just "${split(text).kind}".`,
  });
}

function toneFrequency(text: string, rest: string | undefined): number {
  if (rest === undefined) return DEFAULT_TONE_HERTZ;
  const hertz = Number(rest);
  if (/^[0-9]+(\.[0-9]+)?$/.test(rest) && hertz >= 20 && hertz <= 7000) return hertz;
  throw new OffhookError("usage", `"${text}": a tone has 20 to 7000 hertz`);
}

function unknownKind(
  what: string,
  text: string,
  kind: string,
  kinds: readonly string[],
  syntax: string,
): OffhookError {
  const near = nearest(kind, kinds);
  return new OffhookError(
    "usage",
    `"${text}" is not a ${what}: allowed are ${syntax}`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

/** For checking alone, before it is known what is asked. */
const ANY_DEFAULTS: EndpointDefaults = { rate: 16_000, loop: false };

export function isMicrophone(value: unknown): boolean {
  return isReadable(parseMicrophone, value);
}

export function isSpeaker(value: unknown): boolean {
  return isReadable(parseSpeaker, value);
}

function isReadable(
  parse: (text: string, defaults: EndpointDefaults) => unknown,
  value: unknown,
): boolean {
  try {
    return typeof value === "string" && parse(value, ANY_DEFAULTS) !== undefined;
  } catch {
    return false;
  }
}
