/** What every shape has: see `shapes.ts`. Pure. */

export interface Issue {
  path: readonly (string | number)[];
  message: string;
  /** The allowed word that was probably meant. */
  nearest?: string;
  /** Set when `path` ends with a key that does not exist. */
  unknownKey?: true;
}

export type Result<T> = { success: true; data: T } | { success: false; issues: Issue[] };

export type JsonSchema = Record<string, unknown>;

// deno-lint-ignore no-explicit-any -- a shape of whatever type
export type ShapeOutput<S extends Shape<any>> = S extends Shape<infer T> ? T : never;

/** The type itself is wrong: what looks at the value's content has nothing to look at. */
export const BROKEN = Symbol("broken");

/** Where a value stands, and what is wrong so far. */
export interface ValuePlace {
  path: Issue["path"];
  issues: Issue[];
}

export interface Definition<T> {
  json: JsonSchema;
  read(input: unknown, at: ValuePlace): T | typeof BROKEN;
  /** What is there when nothing was given; absent: something must be given. */
  missing?: (at: ValuePlace) => T | typeof BROKEN;
}

export interface ShapeRule {
  error: string | ((input: unknown) => string);
  /** Where below the value the error is. */
  path?: Issue["path"];
  /** Also checked while the value's type is wrong. */
  always?: boolean;
}

export class Shape<T> {
  readonly definition: Definition<T>;

  constructor(definition: Definition<T>) {
    this.definition = definition;
  }

  /** Description and the like: what JSON Schema has beside the type. */
  meta(json: JsonSchema): this {
    return this.with({ json: { ...this.definition.json, ...json } });
  }

  describe(description: string): this {
    return this.meta({ description });
  }

  refine(check: (value: T) => unknown, { error, path = [], always = false }: ShapeRule): this {
    const { read } = this.definition;
    return this.with({
      read(input, at) {
        const value = read(input, at);
        if (value === BROKEN && !always) return BROKEN;
        if (!check(value === BROKEN ? input as T : value)) {
          const message = typeof error === "string" ? error : error(input);
          at.issues.push({ path: [...at.path, ...path], message });
        }
        return value;
      },
    });
  }

  optional(): Shape<T | undefined> {
    return new Shape<T | undefined>({ ...this.definition, missing: () => undefined });
  }

  default(value: T): Shape<T> {
    return this.with({
      json: { ...this.definition.json, default: value },
      missing: () => structuredClone(value),
    });
  }

  /** A table that is not given is as an empty one. */
  orEmpty(): Shape<T> {
    const { read } = this.definition;
    return this.with({
      json: { ...this.definition.json, default: {} },
      missing: (at) => read({}, at),
    });
  }

  safeParse(input: unknown): Result<T> {
    const issues: Issue[] = [];
    const data = read(this, input, { path: [], issues });
    return issues.length === 0 ? { success: true, data: data as T } : { success: false, issues };
  }

  /** @throws TypeError that says what is wrong */
  parse(input: unknown): T {
    const result = this.safeParse(input);
    if (result.success) return result.data;
    throw new TypeError(
      result.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  }

  protected with(change: Partial<Definition<T>>): this {
    const Same = this.constructor as new (definition: Definition<T>) => this;
    return new Same({ ...this.definition, ...change });
  }
}

/** JSON Schema (draft 2020-12) of what may be given. */
export function jsonSchema(shape: Shape<unknown>): JsonSchema {
  return shape.definition.json;
}

/** What is there for `input`, or for nothing given. */
export function read<T>(
  { definition }: Shape<T>,
  input: unknown,
  at: ValuePlace,
): T | typeof BROKEN {
  if (input === undefined && definition.missing !== undefined) return definition.missing(at);
  return definition.read(input, at);
}
