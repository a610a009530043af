/**
 * Models that break the rules of the Telephony page, as data: what to recognise one by, how it
 * behaves, and why we believe so. People share quirks as JSON files; `offhook headset learn` writes
 * them. Later quirks win over earlier ones. Pure.
 */
import type { Names } from "../base/names/mod.ts";
import { OffhookError } from "../base/mod.ts";
import { type Behaviour, type ExtraButton, INPUT_NAMES, STANDARD_BEHAVIOUR } from "./behaviour.ts";
import { idText } from "./usages.ts";

/** What the system tells of a device before it is opened. */
export interface DeviceIdentity {
  vendorId: number;
  productId: number;
  /** As the device names itself. */
  name: string;
  /** Usages (page × 65536 + id) of its top-level collections. */
  collections: readonly number[];
}

/** Every entry that is there must fit; without any, nothing does. */
export interface QuirkMatch {
  vendorId?: number;
  productId?: number;
  /** A part of the name, without regard to case. */
  name?: string;
  /** A top-level collection. */
  usage?: number;
}

export interface Quirk {
  match: QuirkMatch;
  /** One sentence: what the model does, and where that is known from. */
  reason: string;
  behaviour: Partial<Behaviour>;
}

/** The models that we know of. */
export const KNOWN_QUIRKS: readonly Quirk[] = [
  {
    match: { vendorId: 0x0b0e, name: "Engage 50" },
    reason: "It sends the report of a hook press a second time about 2 s later.",
    behaviour: { repeatedHookMs: 2500 },
  },
];

/** How a device behaves, and the reasons where that is not the standard. */
export function behaviourOf(
  device: DeviceIdentity,
  quirks: readonly Quirk[] = KNOWN_QUIRKS,
): { behaviour: Behaviour; reasons: string[] } {
  const fitting = quirks.filter(({ match }) => fits(device, match));
  const behaviour = Object.assign(
    {},
    STANDARD_BEHAVIOUR,
    ...fitting.map((quirk) => quirk.behaviour),
  );
  return { behaviour, reasons: fitting.map(({ reason }) => reason) };
}

function fits(device: DeviceIdentity, match: QuirkMatch): boolean {
  const { vendorId, productId, name, usage } = match;
  if (Object.values(match).every((entry) => entry === undefined)) return false;
  return (vendorId === undefined || vendorId === device.vendorId) &&
    (productId === undefined || productId === device.productId) &&
    (name === undefined || device.name.toLowerCase().includes(name.toLowerCase())) &&
    (usage === undefined || device.collections.includes(usage));
}

const SWITCHES = [
  "constantInputs",
  "momentaryHook",
  "mechanicalHook",
  "silentAcknowledge",
  "acknowledgesMute",
  "ownVolume",
] as const satisfies Names<6>;
const TIMES = [
  "acknowledgeMs",
  "ignoreOnHookMs",
  "repeatedHookMs",
  "refusedUnmuteMs",
] as const satisfies Names<4>;
const LONGEST_MS = 60_000;

/** A quirk as its file holds it: ids are four hex digits, usages eight. */
export function quirkToJson(quirk: Quirk): Record<string, unknown> {
  const { vendorId, productId, name, usage } = quirk.match;
  const { ignoredUsages, ...behaviour } = quirk.behaviour;
  return {
    match: {
      ...(vendorId === undefined ? {} : { vendorId: idText(vendorId) }),
      ...(productId === undefined ? {} : { productId: idText(productId) }),
      ...(name === undefined ? {} : { name }),
      ...(usage === undefined ? {} : { usage: usageText(usage) }),
    },
    reason: quirk.reason,
    behaviour: {
      ...behaviour,
      ...(ignoredUsages === undefined ? {} : { ignoredUsages: ignoredUsages.map(usageText) }),
    },
  };
}

function usageText(usage: number): string {
  return usage.toString(16).padStart(8, "0");
}

/**
 * A quirk from the JSON of its file.
 *
 * @param file names the source in errors
 * @throws OffhookError `config-invalid` with the path of the wrong entry and what is allowed there
 */
export function quirkFromJson(json: unknown, file: string): Quirk {
  const { match, reason, behaviour } = record(json, file, "");
  if (typeof reason !== "string" || reason === "") {
    throw invalid(file, "reason", reason, "a sentence that says what the model does");
  }
  return {
    match: readMatch(match, file),
    reason,
    behaviour: readBehaviour(behaviour, file),
  };
}

function readMatch(json: unknown, file: string): QuirkMatch {
  const { vendorId, productId, name, usage, ...rest } = record(json, file, "match");
  refuseOthers(rest, file, "match", "vendorId, productId, name, usage");
  const match: QuirkMatch = {};
  if (vendorId !== undefined) match.vendorId = hex(vendorId, 4, file, "match.vendorId");
  if (productId !== undefined) match.productId = hex(productId, 4, file, "match.productId");
  if (usage !== undefined) match.usage = hex(usage, 8, file, "match.usage");
  if (name !== undefined) {
    if (typeof name !== "string" || name === "") {
      throw invalid(file, "match.name", name, "a part of the device's name");
    }
    match.name = name;
  }
  if (Object.keys(match).length > 0) return match;
  throw invalid(file, "match", json, "at least one of vendorId, productId, name, usage");
}

function readBehaviour(json: unknown, file: string): Partial<Behaviour> {
  const entries = record(json, file, "behaviour");
  const { extraButtons, ignoredUsages, ...rest } = entries;
  const behaviour: Partial<Behaviour> = {};
  for (const name of SWITCHES) {
    const value = rest[name];
    delete rest[name];
    if (value === undefined) continue;
    if (typeof value !== "boolean") {
      throw invalid(file, `behaviour.${name}`, value, "true or false");
    }
    behaviour[name] = value;
  }
  for (const name of TIMES) {
    const value = rest[name];
    delete rest[name];
    if (value !== undefined) {
      behaviour[name] = integer(value, LONGEST_MS, file, `behaviour.${name}`);
    }
  }
  const known = [...SWITCHES, ...TIMES, "extraButtons", "ignoredUsages"].join(", ");
  refuseOthers(rest, file, "behaviour", known);
  if (extraButtons !== undefined) {
    behaviour.extraButtons = list(extraButtons, file, "behaviour.extraButtons").map((each, index) =>
      readButton(each, file, `behaviour.extraButtons[${index}]`)
    );
  }
  if (ignoredUsages !== undefined) {
    behaviour.ignoredUsages = list(ignoredUsages, file, "behaviour.ignoredUsages").map((
      each,
      index,
    ) => hex(each, 8, file, `behaviour.ignoredUsages[${index}]`));
  }
  return behaviour;
}

function readButton(json: unknown, file: string, path: string): ExtraButton {
  const { input, reportId, bitOffset, mode } = record(json, file, path);
  const named = INPUT_NAMES.find((each) => each === input);
  if (named === undefined) throw invalid(file, `${path}.input`, input, INPUT_NAMES.join(", "));
  if (mode !== "absolute" && mode !== "relative") {
    throw invalid(file, `${path}.mode`, mode, "absolute or relative");
  }
  return {
    input: named,
    reportId: integer(reportId, 255, file, `${path}.reportId`),
    bitOffset: integer(bitOffset, 65535, file, `${path}.bitOffset`),
    mode,
  };
}

function record(json: unknown, file: string, path: string): Record<string, unknown> {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return { ...json } as Record<string, unknown>;
  }
  throw invalid(file, path || "the file", json, "an object");
}

function list(json: unknown, file: string, path: string): unknown[] {
  if (Array.isArray(json)) return json;
  throw invalid(file, path, json, "a list");
}

function integer(value: unknown, max: number, file: string, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) {
    return value;
  }
  throw invalid(file, path, value, `a whole number from 0 to ${max}`);
}

function hex(value: unknown, digits: number, file: string, path: string): number {
  if (typeof value === "string" && new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(value)) {
    return parseInt(value, 16);
  }
  throw invalid(file, path, value, `${digits} hex digits`);
}

function refuseOthers(
  rest: Record<string, unknown>,
  file: string,
  path: string,
  known: string,
): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw invalid(file, `${path}.${unknown}`, rest[unknown], `one of ${known}`);
  }
}

function invalid(file: string, path: string, value: unknown, allowed: string): OffhookError {
  return new OffhookError(
    "config-invalid",
    `${file}: ${path} is ${JSON.stringify(value) ?? "missing"}, but must be ${allowed}`,
    { hint: "docs/headsets.md describes quirk files.", data: { file, path, value, allowed } },
  );
}
