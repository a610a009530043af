/** Flags over the defaults, without the schema, are what the schema makes of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig } from "../../../src/config/file/load.ts";
import { configSchema } from "../../../src/config/schema/schema.ts";
import { type Override, OVERRIDES, type Overrides } from "../../../src/config/sources/overrides.ts";

const EMPTY = { environment: () => undefined, cwd: "/" };
const HOME = { ...EMPTY, environment: (name: string) => name === "HOME" ? "/nobody" : undefined };

/** Values that are allowed and values that are not. */
const VALUES: Overrides = {
  mic: "voice",
  speaker: "null",
  logLevel: "debug",
  transport: "tcp",
  encryption: "require",
  keying: "dtls",
  codecs: ["PCMA", "OPUS"],
};
const WRONG: Overrides = {
  mic: "nonsense:",
  speaker: "",
  logLevel: "loud",
  transport: "upd",
  encryption: "yes",
  keying: "no",
  codecs: ["PCMA", "PCMA"],
};
type Name = keyof typeof OVERRIDES & keyof typeof VALUES;
const NAMES = Object.keys(VALUES) as Name[];

Deno.test("plain flags over the defaults are what the schema makes of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(NAMES), async (names) => {
      const flags = Object.fromEntries(names.map((name) => [name, VALUES[name]]));
      const { config, direct } = await loadConfig({ ...HOME, flags });
      const top: Record<string, Record<string, unknown>> = {};
      const account: Record<string, unknown> = { user: "offhook", server: "localhost" };
      for (const name of names) {
        const { scope, path: [first, second] } = OVERRIDES[name] as Override;
        if (scope === "account") account[first!] = VALUES[name];
        else (top[first!] ??= {})[second!] = VALUES[name];
      }
      const { accounts, ...rest } = configSchema.parse({ ...top, accounts: { direct: account } });
      assert.deepEqual(config, { ...rest, accounts: {} });
      assert.deepEqual(direct, accounts.direct);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a flag that is not allowed is refused by the schema, whatever stands beside it", async () => {
  for (const name of NAMES) {
    const { flag } = OVERRIDES[name];
    await assert.rejects(
      loadConfig({ ...HOME, flags: { ...VALUES, [name]: WRONG[name] } }),
      (error: { code: string; data?: { issues: { path: string }[] } }) =>
        error.code === "config-invalid" && error.data!.issues.some(({ path }) => path === flag),
      name,
    );
  }
});
