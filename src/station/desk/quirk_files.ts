/**
 * Quirk files: models that break the rules, as people share them (docs/headsets.md has the form).
 *
 *     those that we know of ──┐
 *     folder/*.json, by name ─┤
 *     files named one by one ─┴─► quirks, the later ones win; a broken file costs itself only
 */
import { join } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { KNOWN_QUIRKS, type Quirk, quirkFromJson } from "../../hid/mod.ts";

export interface QuirkFiles {
  /** Folder whose `*.json` are all read; it need not exist. */
  folder: string;
  /** Further files, which must exist. */
  files: string[];
}

/** Never rejects: what is wrong is in `broken`. */
export async function readQuirks(
  { folder, files }: QuirkFiles,
): Promise<{ quirks: Quirk[]; broken: OffhookError[] }> {
  const quirks: Quirk[] = [...KNOWN_QUIRKS];
  const broken: OffhookError[] = [];
  for (const path of [...await jsonFiles(folder), ...files]) {
    try {
      quirks.push(quirkFromJson(JSON.parse(await Deno.readTextFile(path)), path));
    } catch (error) {
      broken.push(whatIsWrong(path, error));
    }
  }
  return { quirks, broken };
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".json")) names.push(name);
    }
  } catch {
    // Nobody has shared a quirk with this person yet.
  }
  return names.sort().map((name) => join(folder, name));
}

function whatIsWrong(path: string, error: unknown): OffhookError {
  if (error instanceof OffhookError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new OffhookError("config-invalid", `the quirk file ${path} cannot be read: ${why}`, {
    hint: "docs/headsets.md describes quirk files.",
    cause: error,
  });
}
