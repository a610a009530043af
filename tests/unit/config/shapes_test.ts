/** Shapes: what is taken, everything that is wrong at once, and the same as JSON Schema. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonSchema, type Shape } from "../../../src/config/file/shape.ts";
import * as shape from "../../../src/config/file/shapes.ts";

const SERVER = shape.table({
  name: shape.string().min(1).max(4).describe("Its name."),
  port: shape.int().min(1).max(9).default(5),
  kind: shape.oneOf(["udp", "tcp"]).optional().meta({ examples: ["tcp"] }),
  tags: shape.array(shape.string().regex(/^[a-z]+$/, { error: "letters" })).min(1).max(2)
    .optional(),
  more: shape.table({ on: shape.boolean().default(false) }).orEmpty(),
  by: shape.either(shape.oneOf(["all"]), shape.array(shape.int()), "all or numbers").optional(),
}).refine(({ name, kind }) => name !== "udp" || kind === "udp", {
  path: ["kind"],
  error: (server) => `of ${(server as { name: string }).name}`,
});

const SERVERS = shape.record(shape.string().regex(/^\w+$/, { error: "a word" }), SERVER);

const said = (input: unknown, of: Shape<unknown> = SERVER) => {
  const result = of.safeParse(input);
  return result.success ? [] : result.issues.map(({ path, message }) => [path.join("."), message]);
};

Deno.test("what is given is taken, what is not gets its default", () => {
  assert.deepEqual(SERVER.parse({ name: "a" }), { name: "a", port: 5, more: { on: false } });
  const whole = { name: "a", port: 1, kind: "tcp", tags: ["x"], more: { on: true }, by: [1] };
  assert.deepEqual(SERVER.parse(whole), whole);
  assert.deepEqual(SERVERS.parse({ one: whole }), { one: whole });
  const shared = shape.array(shape.int()).default([1]);
  shared.parse(undefined).push(2);
  assert.deepEqual(shared.parse(undefined), [1], "a default is nobody's to change");
});

Deno.test("what is wrong is said with its place", () => {
  const cases: [unknown, ...string[][]][] = [
    [[], ["", "allowed is a table"]],
    [new Date(0), ["", "allowed is a table"]],
    [{}, ["name", "is missing (a text in quotes)"]],
    [{ name: "" }, ["name", "must not be empty"]],
    [{ name: "abcde" }, ["name", "at most 4 characters"]],
    [{ name: "a", port: 0 }, ["port", "allowed is at least 1"]],
    [{ name: "a", port: 10 }, ["port", "allowed is at most 9"]],
    [{ name: "a", port: 1.5 }, ["port", "allowed is a whole number"]],
    [{ name: "a", port: "5" }, ["port", "allowed is a whole number"]],
    [{ name: "a", kind: "ucp" }, ["kind", "allowed are udp, tcp"]],
    [{ name: "a", tags: [] }, ["tags", "at least 1 entry"]],
    [{ name: "a", tags: ["a", "1", "b"] }, ["tags.1", "letters"], ["tags", "at most 2 entries"]],
    [{ name: "a", tags: {} }, ["tags", "allowed is a list [...]"]],
    [{ name: "a", more: { on: 1 } }, ["more.on", "allowed is true or false"]],
    [{ name: "a", by: ["x"] }, ["by", "all or numbers"]],
    [{ name: "a", prot: 1, port: 0 }, ["port", "allowed is at least 1"], ["prot", "unknown key"]],
    [{ name: "udp" }, ["kind", "of udp"]],
    [{ name: "udp", port: 0 }, ["port", "allowed is at least 1"], ["kind", "of udp"]],
    [{ name: "udp", port: "" }, ["port", "allowed is a whole number"]],
  ];
  for (const [input, ...issues] of cases) {
    assert.deepEqual(said(input), issues, JSON.stringify(input));
  }
  assert.deepEqual(said({ "a b": { name: "a" } }, SERVERS), [["a b", "a word"]]);
  assert.deepEqual(said(JSON.parse('{"__proto__":{}}')), [
    ["name", "is missing (a text in quotes)"],
    ["__proto__", "unknown key"],
  ]);
  assert.throws(() => SERVER.parse({}), /^TypeError: name: is missing/);
});

Deno.test("a rule that always holds is checked beside a wrong type", () => {
  const always = shape.int().refine((value) => value === 1, { error: "not one", always: true });
  assert.deepEqual(said("x", always), [["", "allowed is a whole number"], ["", "not one"]]);
});

Deno.test("a word or key that is nearly right gets the right one said", () => {
  const result = SERVER.safeParse({ name: "a", kind: "udpp", prt: 1 });
  assert.ok(!result.success);
  assert.deepEqual(result.issues.map(({ nearest }) => nearest), ["udp", "port"]);
  assert.equal(result.issues[1]!.unknownKey, true);
});

Deno.test("the same as JSON Schema", () => {
  const { properties, ...table } = jsonSchema(SERVER);
  assert.deepEqual(table, { type: "object", required: ["name"], additionalProperties: false });
  assert.deepEqual(properties, {
    name: { type: "string", minLength: 1, maxLength: 4, description: "Its name." },
    port: { type: "integer", minimum: 1, maximum: 9, default: 5 },
    kind: { type: "string", enum: ["udp", "tcp"], examples: ["tcp"] },
    tags: {
      type: "array",
      items: { type: "string", pattern: "^[a-z]+$" },
      minItems: 1,
      maxItems: 2,
    },
    more: {
      type: "object",
      properties: { on: { type: "boolean", default: false } },
      additionalProperties: false,
      default: {},
    },
    by: {
      anyOf: [
        { type: "string", enum: ["all"] },
        { type: "array", items: { type: "integer" } },
      ],
    },
  });
  const record = jsonSchema(SERVERS);
  assert.deepEqual(record.propertyNames, { type: "string", pattern: "^\\w+$" });
});

Deno.test("whatever is given: a value, or what is wrong with it", () => {
  fc.assert(fc.property(fc.anything(), (input) => {
    const result = SERVERS.safeParse(input);
    if (!result.success) assert.ok(result.issues.length > 0);
    else assert.deepEqual(SERVERS.parse(result.data), result.data);
  }));
});
