/** What the files of the project export, and who imports it: through faces, by `import()`, by a type. */
import { imported, type Source, visit } from "./syntax.ts";

/** A name that a file exports. */
export interface Exported {
  file: string;
  name: string;
  /** A type costs nothing when the program runs. */
  isType: boolean;
  /** The file uses it itself. */
  usedAtHome: boolean;
  /** Something else that the file exports is written with it: whoever imports that gets it too. */
  partOfAnother: boolean;
}

/** A name that a file exports and that another file declares. */
export interface PassedOn {
  file: string;
  name: string;
  from: string;
  /** Its name there. */
  original: string;
}

interface Import {
  by: string;
  from: string;
  /** Undefined: some of its names, by `import()`; those that the importing file mentions. */
  name?: string;
}

/** Every export of the sources and its importers. */
export class Exports {
  readonly declared: Exported[] = [];
  readonly passedOn: PassedOn[] = [];
  readonly #imports: Import[] = [];
  readonly #words = new Map<string, Set<string>>();

  constructor(sources: readonly Source[]) {
    for (const source of sources) this.#read(source);
  }

  /** The files that import a name, from the file itself or through a face that passes it on. */
  importers(file: string, name: string): string[] {
    const own = this.#imports.filter((found) =>
      found.from === file &&
      (found.name === undefined ? this.#words.get(found.by)!.has(name) : found.name === name)
    ).map(({ by }) => by);
    const through = this.passedOn
      .filter(({ from, original }) => from === file && original === name)
      .flatMap((found) => this.importers(found.file, found.name));
    return [...own, ...through];
  }

  #read(source: Source): void {
    const { file } = source;
    const words: string[] = [];
    const own: { name: string; isType: boolean; words: string[] }[] = [];
    let inside: string[] | undefined;
    const word = (name: string) => {
      words.push(name);
      inside?.push(name);
    };
    visit(source, {
      Identifier: ({ name }) => word(name),
      JSXIdentifier: ({ name }) => word(name),
      ExportNamedDeclaration: (node) => {
        inside = [];
        for (const { name, isType } of declaredBy(node)) own.push({ name, isType, words: inside });
        for (const { local, exported } of node.specifiers) {
          const names = { name: nameOf(exported), original: nameOf(local) };
          const from = node.source
            ? imported(file, node.source.value)
            : this.#origin(file, names.original);
          if (from) this.passedOn.push({ file, from, ...names });
        }
      },
      "ExportNamedDeclaration:exit": () => {
        inside = undefined;
      },
      ImportDeclaration: (node) => {
        for (const each of node.specifiers) {
          const name = each.type === "ImportSpecifier" ? nameOf(each.imported) : undefined;
          this.#imports.push({ by: file, from: imported(file, node.source.value), name });
        }
      },
      // `import("./x.ts")`, of a value or of a type, and `lazily(import.meta.url, "./x.ts")`
      Literal: ({ value, parent }) => {
        if (typeof value !== "string" || !/^\.{1,2}\/.*\.tsx?$/.test(value)) return;
        if (parent.type === "ImportDeclaration" || parent.type === "ExportNamedDeclaration") return;
        this.#imports.push({ by: file, from: imported(file, value) });
      },
    });
    this.#words.set(file, new Set(words));
    for (const { name, isType } of own) {
      const usedAtHome = words.filter((each) => each === name).length > 1;
      const partOfAnother = own.some((other) => other.name !== name && other.words.includes(name));
      this.declared.push({ file, name, isType, usedAtHome, partOfAnother });
    }
  }

  /** Where a name comes from that a file imports and exports. */
  #origin(file: string, name: string): string | undefined {
    return this.#imports.find((found) => found.by === file && found.name === name)?.from;
  }
}

function declaredBy({ declaration }: Deno.lint.ExportNamedDeclaration) {
  if (!declaration) return [];
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) =>
      id.type === "Identifier" ? [{ name: id.name, isType: false }] : []
    );
  }
  if (!("id" in declaration) || declaration.id?.type !== "Identifier") return [];
  const isType = /^TS(Interface|TypeAlias)/.test(declaration.type);
  return [{ name: declaration.id.name, isType }];
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}
