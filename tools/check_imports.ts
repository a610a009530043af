// deno-lint-ignore-file no-console
/**
 * Fails, naming file, line, import, rule and remedy, when an import of `main.ts` or `src/` breaks a
 * rule of `tools/import_rules.ts`.
 */
import { readdirSync } from "node:fs";
import { checkFile } from "./import_rules.ts";

const ROOT = new URL("../", import.meta.url);

const sources = readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => `src/${path}`)
  .sort();

const findings = ["main.ts", ...sources].flatMap((file) => {
  try {
    return checkFile(file, Deno.readTextFileSync(new URL(file, ROOT)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
});

for (const { file, line, what, rule, remedy } of findings) {
  console.error(`${file}:${line}: ${what}: ${rule}.\n    Instead: ${remedy}.`);
}
if (findings.length > 0) {
  console.error(`\n${findings.length} breaches of the import rules`);
  Deno.exit(1);
}
console.log(`import rules hold in ${sources.length + 1} files`);
