/** The `[ring]` table of the configuration, and where it rings, as a phone needs them. */
import { dirname } from "../../base/path/mod.ts";
import type { LoadedConfig } from "../../config/file/mod.ts";
import { deviceName } from "../../config/values/mod.ts";
import { expandPath } from "../../config/sources/mod.ts";
import type { SoundSettings } from "../../core/state/mod.ts";
import type { PhoneOptions } from "../process/mod.ts";

/** Each file that may ring, absolute, with its key in the configuration. */
export function ringFilesOf(
  { config: { ring }, ...loaded }: LoadedConfig,
): { place: readonly (string | number)[]; path: string }[] {
  const named = [
    { place: ["ring", "file"], path: ring.file },
    ...ring.callers.map(({ file }, at) => ({ place: ["ring", "callers", at, "file"], path: file })),
  ];
  return named.flatMap(({ place, path }) =>
    path === undefined ? [] : [{ place, path: pathOf(loaded, path) }]
  );
}

/** Where and by what every call rings. */
export function ringerOf(
  { config: { ring, devices: { ringer } }, ...loaded }: LoadedConfig,
): Pick<SoundSettings, "ringer" | "ringFile"> {
  const where = ringer === "none"
    ? { ringer: { kind: "none" } as const }
    : ringer && { ringer: { kind: "device", name: deviceName(ringer) } as const };
  return {
    ...where,
    ...(ring.file === undefined ? {} : { ringFile: pathOf(loaded, ring.file) }),
  };
}

/** By what the calls of contacts ring. */
export function callerRingsOf(
  { config: { ring }, ...loaded }: LoadedConfig,
): Pick<PhoneOptions, "callerRings"> {
  if (ring.callers.length === 0) return {};
  return {
    callerRings: ring.callers.map(({ contact, group, file }) => ({
      ...(contact === undefined ? {} : { contact }),
      ...(group === undefined ? {} : { group }),
      file: pathOf(loaded, file),
    })),
  };
}

function pathOf(
  { path, environment }: Pick<LoadedConfig, "path" | "environment">,
  file: string,
): string {
  return expandPath(file, dirname(path), environment);
}
