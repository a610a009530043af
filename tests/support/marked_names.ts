/**
 * Marks every name that a type lists, so that one type check shows which of them the code relies on.
 *
 *     type Leaving = "leave" | "end"   ─►   type Leaving = "leave~17" | "end~18"
 *     leaving === "end"                ─►   error: '"leave~17" | "end~18"' and '"end"' have no overlap
 *
 * Whoever is refused for the name without its mark would be refused, too, if the type lacked the name.
 */
import { type Source, visit } from "./syntax.ts";

/** A name in a list: a member of a union, what tells a variant from others, or a key of a table. */
export interface MarkedName {
  id: number;
  file: string;
  name: string;
}

/** Types that pick from another list by name, and so are none themselves; where the names stand. */
const PICKING: Readonly<Record<string, number>> = {
  ...{ Pick: 1, Omit: 1, Extract: 1, Exclude: 1 },
  ...{ CallIn: 0, Slice: 0 },
};

export class MarkedNames {
  readonly names: MarkedName[] = [];
  /** What a name of a type stands for: marks and other names of types. */
  readonly #aliases = new Map<string, { ids: number[]; refers: string[] }>();

  /** @returns the source with its marks */
  mark(source: Source, wanted: (name: Omit<MarkedName, "id">) => boolean): string {
    const { file, text } = source;
    const marks: { range: [number, number]; written: string }[] = [];
    const add = (range: [number, number], name: string) => {
      if (!wanted({ file, name })) return;
      const id = this.names.push({ file, name, id: this.names.length }) - 1;
      marks.push({ range, written: JSON.stringify(`${name}~${id}`) });
      return id;
    };
    visit(source, {
      TSLiteralType: (node) => {
        const { literal } = node;
        if (literal.type !== "Literal" || typeof literal.value !== "string") return;
        if (!isListed(node)) return;
        const id = add(literal.range, literal.value);
        const alias = aliasOf(node.parent);
        if (id !== undefined && alias !== undefined) this.#alias(alias).ids.push(id);
      },
      TSTypeAliasDeclaration: ({ id, typeAnnotation }) => {
        const parts = typeAnnotation.type === "TSUnionType"
          ? typeAnnotation.types
          : [typeAnnotation];
        for (const { type, range } of parts) {
          if (type === "TSTypeReference") this.#alias(id.name).refers.push(text.slice(...range));
        }
        // { [M in Names]: … }: the keys are those names.
        if (typeAnnotation.type === "TSMappedType") {
          this.#alias(id.name).refers.push(text.slice(...typeAnnotation.constraint.range));
        }
      },
      // interface Details { "call.muted": … }: keys that are no identifiers are names of something.
      TSPropertySignature: ({ key, parent }) => {
        if (parent.type !== "TSInterfaceBody" || key.type !== "Literal") return;
        add(key.range, String(key.value));
      },
      // const TABLE = { name: … } satisfies Record<string, …>: its keys are the list.
      TSSatisfiesExpression: ({ expression, typeAnnotation }) => {
        if (!text.slice(...typeAnnotation.range).startsWith("Record<string,")) return;
        if (expression.type !== "ObjectExpression") return;
        for (const property of expression.properties) {
          if (property.type !== "Property" || property.computed || property.shorthand) continue;
          const { key } = property;
          if (key.type === "Identifier") add(key.range, key.name);
          else if (key.type === "Literal") add(key.range, String(key.value));
        }
      },
    });
    return marks.toSorted((one, other) => other.range[0] - one.range[0]).reduce(
      (marked, { range: [from, to], written }) =>
        marked.slice(0, from) + written + marked.slice(to),
      text,
    );
  }

  /** The one name that a type lists without its mark; undefined where two lists have it. */
  listed(name: string, type: string): MarkedName | undefined {
    const bare = name.replace(/~\d+$/, "");
    const found = [...this.#idsIn(type)].map((id) => this.names[id]!)
      .filter((each) => each.name === bare);
    return found.length === 1 ? found[0] : undefined;
  }

  #idsIn(type: string, seen = new Set<string>()): Set<number> {
    const ids = new Set([...type.matchAll(/~(\d+)"/g)].map(([, id]) => Number(id)));
    for (const [word] of type.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/\b[A-Z]\w*/g)) {
      const alias = this.#aliases.get(word);
      if (alias === undefined || seen.has(word)) continue;
      seen.add(word);
      for (const id of alias.ids) ids.add(id);
      for (const type of alias.refers) for (const id of this.#idsIn(type, seen)) ids.add(id);
    }
    return ids;
  }

  #alias(name: string): { ids: number[]; refers: string[] } {
    const alias = this.#aliases.get(name) ?? { ids: [], refers: [] };
    this.#aliases.set(name, alias);
    return alias;
  }
}

type Node = Deno.lint.Node;

const parentOf = (node: Node): Node | undefined =>
  "parent" in node ? (node.parent as Node | null) ?? undefined : undefined;

/** A member of a union, or what tells a variant of a union from the others. */
function isListed({ parent }: Deno.lint.TSLiteralType): boolean {
  if (isPicked(parent)) return false;
  if (parent.type === "TSUnionType") return true;
  if (parent.type !== "TSTypeAnnotation" || parent.parent.type !== "TSPropertySignature") {
    return false;
  }
  let variant = parentOf(parent.parent);
  if (variant?.type !== "TSTypeLiteral") return false;
  do variant = parentOf(variant!); while (variant?.type === "TSIntersectionType");
  return variant?.type === "TSUnionType";
}

function isPicked(node: Node): boolean {
  for (let inside: Node | undefined = node; inside !== undefined; inside = parentOf(inside)) {
    if (inside.type === "TSIndexedAccessType") return true;
    const around = parentOf(inside);
    if (around?.type !== "TSTypeParameterInstantiation") continue;
    const { parent: reference } = around;
    if (
      reference.type === "TSTypeReference" && reference.typeName.type === "Identifier" &&
      around.params[PICKING[reference.typeName.name] ?? -1] === inside
    ) return true;
  }
  return false;
}

/** The name of the type that a union is, if it is one and no part of another type. */
function aliasOf(union: Node): string | undefined {
  const declaration = parentOf(union);
  return union.type === "TSUnionType" && declaration?.type === "TSTypeAliasDeclaration"
    ? declaration.id.name
    : undefined;
}
