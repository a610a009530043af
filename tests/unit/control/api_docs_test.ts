/** The published schema and the reference page are made from the contract, and nothing is left out. */
import assert from "node:assert/strict";
import { EVENTS } from "../../../src/control/contract/events.ts";
import { METHODS } from "../../../src/control/contract/methods.ts";
import { apiSchema, type Json } from "../../../src/control/schemas/api.ts";
import { apiPage } from "../../../tools/api_page.ts";

Deno.test("docs/api.md is current (deno task api-docs)", async () => {
  const committed = await Deno.readTextFile(new URL("../../../docs/api.md", import.meta.url));
  assert.equal(committed, apiPage(apiSchema()));
});

Deno.test("the schema has every method and event, and each reference leads somewhere", () => {
  const api = apiSchema();
  assert.deepEqual(Object.keys(api.methods), Object.keys(METHODS));
  assert.deepEqual(Object.keys(api.events), Object.keys(EVENTS));
  for (const { result } of Object.values(api.methods)) {
    assert.ok((result.required as string[]).includes("seq"));
  }
  const references = JSON.stringify(api).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g);
  const named = new Set([...references].map(([, name]) => name!));
  assert.deepEqual([...named].filter((name) => !(name in api.$defs)), []);
  assert.ok(named.has("Call"));
});

Deno.test("each type of event has its own details in the schema", () => {
  const { events } = apiSchema();
  const detail = (type: string) => (events[type]!.properties as Record<string, Json>).detail;
  assert.equal(detail("call.mute"), undefined);
  assert.deepEqual(detail("call.digit")!.required, ["digit", "durationMs", "by"]);
});
