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
  authUser: "alice@desk",
  displayName: "Alice Smith",
  proxy: "sip:sbc.example.com;lr",
  expires: 30,
  tlsCa: "/etc/ca.pem",
  tlsServerName: "sip.example.com",
  tlsVerify: false,
  tlsMinVersion: "1.3",
};
const WRONG: Overrides = {
  mic: "nonsense:",
  speaker: "",
  logLevel: "loud",
  transport: "upd",
  encryption: "yes",
  keying: "no",
  codecs: ["PCMA", "PCMA"],
  authUser: "alice\n",
  displayName: "",
  proxy: "sip:alice@sbc.example.com",
  expires: 29,
  tlsCa: "/etc/ca\n.pem",
  tlsServerName: "sip.example.com:5061",
  tlsVerify: "perhaps",
  tlsMinVersion: "1.1",
};
/** With both, there is an account. */
const ACCOUNT: Overrides = { server: "pbx.example:5070", user: "alice" };
type Name = keyof typeof OVERRIDES & keyof typeof VALUES;
const NAMES = Object.keys(VALUES) as Name[];

Deno.test("plain flags over the defaults are what the schema makes of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(NAMES), fc.boolean(), async (names, named) => {
      const flags = Object.fromEntries(names.map((name) => [name, VALUES[name]]));
      const { config, direct, account } = await loadConfig({
        ...HOME,
        flags: { ...flags, ...(named ? ACCOUNT : {}) },
      });
      type Table = Record<string, unknown>;
      const [top, own]: [Table, Table] = [{}, {}];
      for (const name of names) {
        const { scope, path: [first, second] } = OVERRIDES[name] as Override;
        const table = scope === "account" ? own : top;
        if (second === undefined) table[first!] = VALUES[name];
        else table[first!] = { ...table[first!] as Table, [second]: VALUES[name] };
      }
      const { accounts, ...rest } = configSchema.parse({
        ...top,
        accounts: {
          direct: { server: "localhost", user: named ? ACCOUNT.user : "offhook", ...own },
          "command-line": { ...ACCOUNT, ...own },
        },
      });
      const { "command-line": ours } = accounts;
      assert.equal(account, named ? "command-line" : undefined);
      assert.deepEqual(config, { ...rest, accounts: named ? { "command-line": ours } : {} });
      assert.deepEqual(direct, accounts.direct);
    }),
    { numRuns: 100 },
  );
});

Deno.test("a flag that is not allowed is refused by the schema, whatever stands beside it", async () => {
  const wrong: Overrides = { ...WRONG, server: "pbx:0", user: "alice@pbx" };
  for (const name of Object.keys(wrong) as (keyof typeof OVERRIDES)[]) {
    const { flag } = OVERRIDES[name];
    await assert.rejects(
      loadConfig({ ...HOME, flags: { ...VALUES, ...ACCOUNT, [name]: wrong[name] } }),
      (error: { code: string; data?: { issues: { path: string }[] } }) =>
        error.code === "config-invalid" && error.data!.issues.some(({ path }) => path === flag),
      name,
    );
  }
});
