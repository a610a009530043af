/** The committed schema and example are what the zod schema says now. */
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { defaultSettings } from "../../../tools/make_defaults.ts";
import { exampleToml } from "../../../src/config/schema/example.ts";
import { configJsonSchema, configSchema } from "../../../src/config/schema/schema.ts";

const folder = new URL("../../../config/", import.meta.url);

Deno.test("src/config/file/defaults.json is current (deno task defaults)", async () => {
  const committed = await Deno.readTextFile(new URL("../src/config/file/defaults.json", folder));
  assert.deepEqual(JSON.parse(committed), JSON.parse(JSON.stringify(defaultSettings())));
});

Deno.test("config/offhook.schema.json is current (offhook config schema > it)", async () => {
  const committed = await Deno.readTextFile(new URL("offhook.schema.json", folder));
  assert.deepEqual(JSON.parse(committed), configJsonSchema());
});

Deno.test("config/offhook.example.toml is current (offhook config init --example > it)", async () => {
  assert.equal(await Deno.readTextFile(new URL("offhook.example.toml", folder)), exampleToml());
});

Deno.test("the example is valid and states the defaults", () => {
  const example = configSchema.parse(parse(exampleToml()));
  const { user, server } = example.accounts.work!;
  const minimal = configSchema.parse({ accounts: { work: { user, server } } });
  assert.deepEqual(example, minimal);
});

Deno.test("every commented key of the example is valid", () => {
  const lines = exampleToml().split("\n")
    .filter((line) => !/^# password_(env|command) /.test(line))
    .map((line) => line.replace(/^# (?=[a-z_]+ = |\[\[)/, ""));
  const config = configSchema.parse(parse(lines.join("\n")));
  const { work } = config.accounts;
  assert.deepEqual(work?.dial_plan, [{ match: "0([1-9]\\d+)", to: "+49$1" }]);
  assert.equal(work?.transport, "tls");
  assert.equal(config.default_account, "work");
});

Deno.test("every key of the schema has a description", () => {
  const undescribed: string[] = [];
  const visit = (node: Record<string, unknown>, path: string) => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const below = child as Record<string, unknown>;
      if (typeof below.description !== "string") undescribed.push(`${path}.${key}`);
      visit(below, `${path}.${key}`);
      for (const inner of [below.additionalProperties, below.items]) {
        if (typeof inner === "object" && inner !== null) visit(inner as never, `${path}.${key}.*`);
      }
    }
  };
  visit(configJsonSchema(), "");
  assert.deepEqual(undescribed, []);
});
