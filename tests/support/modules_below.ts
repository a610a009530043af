/** What is loaded together with a module: how a test sees what a command or a client costs. */
import { loadedImports } from "../../tools/import_rules.ts";

/** @returns files of the project, the module's own included; types cost nothing and are not followed */
export function modulesBelow(file: string, known = new Set<string>()): string[] {
  if (known.has(file)) return [];
  known.add(file);
  const text = Deno.readTextFileSync(new URL(`../../${file}`, import.meta.url));
  const values = text.replaceAll(/^(import|export) type [^;]*;/gm, "");
  for (const next of loadedImports(file, values)) modulesBelow(next, known);
  return [...known];
}
