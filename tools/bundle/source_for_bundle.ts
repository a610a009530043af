/**
 * Source files as a bundler needs them. The tree hides imports from Deno (`lazily`), and finds files from
 * the place of its modules; here both become something that outlives being put into one file with others.
 *
 *     lazily(import.meta.url, "./x.ts") ─► import("./x.ts")
 *     new URL("./worker.ts", import.meta.url) ─► new URL("./worker.js", where the bundle has its folder)
 *
 * Pure: takes text, gives text.
 */
import { posix } from "node:path";

interface BundleSource {
  text: string;
  /** Files that its code reads or runs from beside it, by path in the project. */
  files: string[];
  /** Files of packages that it reads, as it names them. */
  packageFiles: string[];
}

/** Its argument is a path in the project; {@link writtenFile} makes a URL of it. */
const HERE = "__offhookFile";

const LAZILY =
  /\blazily(?:<(?:(?!\blazily\b)[^;])*?>)?\(\s*import\.meta\.url,\s*(["`][^"`]+["`]),?\s*\)/g;
const NAMED_FILE = /\b(?:new URL|here)\(\s*"([^"]+)"/g;
const PACKAGE_FILE = /\bimport\.meta\.resolve\(\s*"([^"]+)"\s*\)/g;

/**
 * @param file path in the project, with `/`
 * @param programs files that run by themselves, by path in the project
 * @throws Error where an import stays hidden
 */
export function sourceForBundle(
  file: string,
  source: string,
  programs: readonly string[],
): BundleSource {
  const shown = source.replaceAll(LAZILY, "import($1)");
  if (/\blazily\b[^;]*\(\s*import\.meta\b/.test(shown)) {
    throw new Error(`${file} hides an import: name its file where lazily() is called`);
  }
  const files: string[] = [];
  const packageFiles: string[] = [];
  if (!/\bimport\.meta\.(?:url|resolve)\b/.test(shown)) return { text: shown, files, packageFiles };
  const text = shown.replaceAll(NAMED_FILE, (whole, named: string) => {
    const path = posix.join(posix.dirname(file), named);
    if (programs.includes(path)) return whole.replace(named, programFile(named));
    if (!path.endsWith("/")) files.push(path);
    return whole;
  }).replaceAll(PACKAGE_FILE, (_, name: string) => {
    packageFiles.push(name);
    return `new URL("packages/${name}", ${HERE}("")).href`;
  }).replaceAll(/\bimport\.meta\.url\b/g, `${HERE}("${file}")`);
  return { text, files, packageFiles };
}

/** What a program is called in a bundle. */
export function programFile(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

/** For packages that are no modules: parts of Node. What they only try is not there. */
const REQUIRE = "const require=name=>{const found=process.getBuiltinModule(name);" +
  "if(found===undefined)throw new Error(`there is no module ${name}`);return found};\n";

/**
 * A file of the bundle as it is written: its places as URLs from its own, and its imports hidden from
 * Deno again, which else would read all of them before the program begins.
 * @param file path in the bundle, with `/`
 */
export function writtenFile(file: string, text: string): string {
  const up = "../".repeat(file.split("/").length - 1) || "./";
  const written = text
    .replaceAll(
      new RegExp(`\\b${HERE}\\("([^"]*)"\\)`, "g"),
      (_, path: string) => `new URL("${up}${path}",import.meta.url).href`,
    )
    .replaceAll(/\bimport\("(\.[^"]+)"\)/g, 'import(String("$1"))');
  return /\btypeof require\b/.test(written) ? REQUIRE + written : written;
}
