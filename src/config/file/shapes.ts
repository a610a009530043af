/**
 * What a value may be: checked so that everything that is wrong is said at once, and written as JSON
 * Schema. Pure, and small on purpose: every command reads it before it does anything.
 *
 *     const settings = shape.table({ port: shape.int().min(1).default(5060) }).orEmpty();
 *     type Settings = shape.Output<typeof settings>; // { port: number }
 */
import { nearest } from "../../base/mod.ts";
import {
  BROKEN,
  type Definition,
  type Issue,
  jsonSchema,
  read,
  Shape,
  type ShapeOutput,
  type ShapeRule,
  type ValuePlace,
} from "./shape.ts";

/** How the limits of a kind of value are called. */
interface Limits<T> {
  size(value: T): number;
  keywords: readonly [minimum: string, maximum: string];
  says(words: "at least" | "at most", limit: number): string;
}

abstract class Limited<T> extends Shape<T> {
  protected abstract readonly limits: Limits<T>;

  min(limit: number): this {
    return this.#limited(0, limit, "at least");
  }

  max(limit: number): this {
    return this.#limited(1, limit, "at most");
  }

  #limited(index: 0 | 1, limit: number, words: "at least" | "at most"): this {
    const { size, keywords, says } = this.limits;
    const json = { ...this.definition.json, [keywords[index]]: limit };
    return this.with({ json }).refine(
      (value) => index === 0 ? size(value) >= limit : size(value) <= limit,
      { error: says(words, limit) },
    );
  }
}

class Text extends Limited<string> {
  protected get limits(): Limits<string> {
    return {
      size: ({ length }) => length,
      keywords: ["minLength", "maxLength"],
      says: (words, limit) => limit === 1 ? "must not be empty" : `${words} ${limit} characters`,
    };
  }

  regex(pattern: RegExp, rule: ShapeRule): this {
    const json = { ...this.definition.json, pattern: pattern.source };
    return this.with({ json }).refine((text) => pattern.test(text), rule);
  }
}

class Int extends Limited<number> {
  protected get limits(): Limits<number> {
    return {
      size: (value) => value,
      keywords: ["minimum", "maximum"],
      says: (words, limit) => `allowed is ${words} ${limit}`,
    };
  }
}

class List<T> extends Limited<T[]> {
  protected get limits(): Limits<T[]> {
    return {
      size: ({ length }) => length,
      keywords: ["minItems", "maxItems"],
      says: (words, limit) => `${words} ${limit} ${limit === 1 ? "entry" : "entries"}`,
    };
  }
}

export const string = () =>
  new Text(simple("string", "a text in quotes", (value) => typeof value === "string"));

export const int = () => new Int(simple("integer", "a whole number", Number.isSafeInteger));

export const boolean = () =>
  new Shape(simple<boolean>("boolean", "true or false", (value) => typeof value === "boolean"));

function simple<T>(type: string, words: string, is: (value: unknown) => boolean): Definition<T> {
  return {
    json: { type },
    read: (input, at) => is(input) ? input as T : wrong(at, input, words),
  };
}

export function oneOf<const Word extends string>(words: readonly Word[]): Shape<Word> {
  return new Shape<Word>({
    json: { type: "string", enum: [...words] },
    read(input, at) {
      if ((words as readonly unknown[]).includes(input)) return input as Word;
      const near = typeof input === "string" ? nearest(input, words) : undefined;
      at.issues.push({
        path: at.path,
        message: `allowed ${words.length === 1 ? "is" : "are"} ${words.join(", ")}`,
        ...(near === undefined ? {} : { nearest: near }),
      });
      return BROKEN;
    },
  });
}

export function array<T>(item: Shape<T>): List<T> {
  return new List<T>({
    json: { type: "array", items: jsonSchema(item) },
    read(input, at) {
      if (!Array.isArray(input)) return wrong(at, input, "a list [...]");
      return whole(input.map((value, index) => read(item, value, below(at, index))));
    },
  });
}

/** A table whose keys somebody chooses. */
export function record<T>(key: Shape<string>, item: Shape<T>): Shape<Record<string, T>> {
  return new Shape<Record<string, T>>({
    json: {
      type: "object",
      propertyNames: jsonSchema(key),
      additionalProperties: jsonSchema(item),
    },
    read(input, at) {
      if (!isTable(input)) return wrong(at, input, "a table");
      const entries = Object.entries(input).map(([name, value]) => {
        const place = below(at, name);
        key.definition.read(name, place);
        return [name, read(item, value, place)] as const;
      });
      return whole(entries.map(([, value]) => value)) === BROKEN
        ? BROKEN
        : Object.fromEntries(entries) as Record<string, T>;
    },
  });
}

// deno-lint-ignore no-explicit-any -- of whatever types
type Members = Record<string, Shape<any>>;

type OptionalKeys<M extends Members> = {
  [Key in keyof M]: undefined extends ShapeOutput<M[Key]> ? Key : never;
}[keyof M];

type Flat<T> = { [Key in keyof T]: T[Key] };

type TableOf<M extends Members> = Flat<
  & { [Key in Exclude<keyof M, OptionalKeys<M>>]: ShapeOutput<M[Key]> }
  & { [Key in OptionalKeys<M>]?: ShapeOutput<M[Key]> }
>;

/** A table with these keys and no other. */
export function table<M extends Members>(members: M): Shape<TableOf<M>> {
  const shapes = Object.entries(members);
  const required = shapes.filter(([, { definition }]) => definition.missing === undefined);
  return new Shape<TableOf<M>>({
    json: {
      type: "object",
      properties: Object.fromEntries(shapes.map(([key, shape]) => [key, jsonSchema(shape)])),
      ...(required.length === 0 ? {} : { required: required.map(([key]) => key) }),
      additionalProperties: false,
    },
    read(input, at) {
      if (!isTable(input)) return wrong(at, input, "a table");
      const entries = shapes.map(([key, shape]) =>
        [key, read(shape, input[key], below(at, key))] as const
      );
      const unknown = Object.keys(input).filter((key) => !Object.hasOwn(members, key));
      at.issues.push(...unknown.map((key) => unknownKey(key, at, Object.keys(members))));
      const given = entries.filter(([, value]) => value !== undefined);
      return unknown.length > 0 || whole(given.map(([, value]) => value)) === BROKEN
        ? BROKEN
        : Object.fromEntries(given) as TableOf<M>;
    },
  });
}

/** One of two kinds of value. @param error when it is neither */
export function either<A, B>(one: Shape<A>, other: Shape<B>, error: string): Shape<A | B> {
  return new Shape<A | B>({
    json: { anyOf: [jsonSchema(one), jsonSchema(other)] },
    read(input, at) {
      for (const shape of [one, other]) {
        const result = shape.safeParse(input);
        if (result.success) return result.data;
      }
      at.issues.push({ path: at.path, message: error });
      return BROKEN;
    },
  });
}

function below({ path, issues }: ValuePlace, key: string | number): ValuePlace {
  return { path: [...path, key], issues };
}

function whole<T>(values: (T | typeof BROKEN)[]): T[] | typeof BROKEN {
  return values.includes(BROKEN) ? BROKEN : values as T[];
}

function wrong({ path, issues }: ValuePlace, input: unknown, words: string): typeof BROKEN {
  issues.push({
    path,
    message: input === undefined ? `is missing (${words})` : `allowed is ${words}`,
  });
  return BROKEN;
}

function unknownKey(key: string, { path }: ValuePlace, keys: string[]): Issue {
  const near = nearest(key, keys);
  return {
    path: [...path, key],
    message: "unknown key",
    unknownKey: true,
    ...(near === undefined ? {} : { nearest: near }),
  };
}

/** Not a date, which TOML has too. */
function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}
