/** The project's sources as syntax trees. `deno test` has the parser; a tool outside of it has not. */

const ROOT = new URL("../../", import.meta.url);

/** A file of the project. */
export interface Source {
  /** Relative to the project, with `/`. */
  file: string;
  text: string;
}

/** Every file of TypeScript below the folders, and the files that are named, sorted. */
export function sourcesOf(...places: string[]): Source[] {
  return places.flatMap(filesOf).sort().map((file) => ({
    file,
    text: Deno.readTextFileSync(new URL(file, ROOT)),
  }));
}

function filesOf(place: string): string[] {
  if (/\.tsx?$/.test(place)) return [place];
  return [...Deno.readDirSync(new URL(`${place}/`, ROOT))]
    .filter(({ name, isDirectory }) => isDirectory || /\.tsx?$/.test(name))
    .flatMap(({ name }) => filesOf(`${place}/${name}`));
}

/** Visits the syntax tree of a source. */
export function visit({ file, text }: Source, visitor: Deno.lint.LintVisitor): void {
  const rule = { create: () => visitor };
  Deno.lint.runPlugin({ name: "offhook", rules: { visit: rule } }, file, text);
}

/** The file that an import names; a package stays as it is. */
export function imported(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}
