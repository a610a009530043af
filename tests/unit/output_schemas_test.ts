/**
 * Pins what `--json` prints. A program relies on it: an addition is fine, and is pinned by writing the
 * fixture anew (`WRITE_FIXTURES=1 deno test -P=test tests/unit/output_schemas_test.ts`); a change of
 * meaning gets a new number in the output's `schema`.
 */
import assert from "node:assert/strict";
import {
  OUTPUT_SCHEMAS,
  outputJsonSchema,
  type OutputName,
} from "../../src/control/schemas/index.ts";

const FIXTURE = new URL("../fixtures/output_schemas.json", import.meta.url);
const names = Object.keys(OUTPUT_SCHEMAS) as OutputName[];

function current(): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, outputJsonSchema(name)]));
}

Deno.test("the schema of every output is what it was", async () => {
  if (Deno.env.get("WRITE_FIXTURES") === "1") {
    await Deno.writeTextFile(FIXTURE, `${JSON.stringify(current(), null, 2)}\n`);
  }
  const pinned = JSON.parse(await Deno.readTextFile(FIXTURE));
  for (const name of names) assert.deepEqual(outputJsonSchema(name), pinned[name], name);
  assert.deepEqual(Object.keys(pinned), names, "no output has gone or is not pinned");
});

Deno.test("every output but an event names its schema and version", () => {
  for (const name of names) {
    const { properties } = outputJsonSchema(name) as {
      properties?: { schema?: { const?: string } };
    };
    if (name === "events") assert.equal(properties, undefined);
    else assert.match(properties?.schema?.const ?? "", /^offhook\.[a-z-]+\/[0-9]+$/, name);
  }
});
