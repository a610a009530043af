// deno-lint-ignore-file no-console
/**
 * Fails, naming file, line, import, rule and remedy, when an import of `main.ts` or `src/` breaks a
 * rule of `tools/import_rules.ts`; and when imports go in a circle, or a folder is crowded
 * (`tools/import_circles.ts`).
 */
import { readdirSync } from "node:fs";
import { circlesOf, crowdedFolders, folderGraph, MOST_FILES } from "./import_circles.ts";
import { checkFile, loadedImports } from "./import_rules.ts";

const ROOT = new URL("../", import.meta.url);

const sources = readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => `src/${path}`)
  .sort();

/** A file that git still lists and a person has deleted is passed over. */
function textOf(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(file, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const texts = ["main.ts", ...sources].map((file) => [file, textOf(file)] as const)
  .filter((entry): entry is [string, string] => entry[1] !== undefined);
const findings = texts.flatMap(([file, text]) => checkFile(file, text));
const files = new Map(texts.map(([file, text]) => [file, new Set(loadedImports(file, text))]));
const circles = [...circlesOf(files), ...circlesOf(folderGraph(files))];
const crowded = crowdedFolders(files.keys());

for (const { file, line, what, rule, remedy } of findings) {
  console.error(`${file}:${line}: ${what}: ${rule}.\n    Instead: ${remedy}.`);
}
for (const circle of circles) {
  console.error(
    `these import each other: ${
      circle.join(", ")
    }.\n    Instead: give what they share a file of its own.`,
  );
}
for (const { folder, files } of crowded) {
  console.error(
    `${folder} has ${files} files at one level, more than ${MOST_FILES}.\n    Instead: sort them into folders.`,
  );
}
const breaches = findings.length + circles.length + crowded.length;
if (breaches > 0) {
  console.error(`\n${breaches} breaches of the import rules`);
  Deno.exit(1);
}
console.log(`import rules hold in ${sources.length + 1} files`);
