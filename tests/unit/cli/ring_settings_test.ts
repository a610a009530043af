/** From the `[ring]` table to what a phone is told, and which file rings for whom. */
import assert from "node:assert/strict";
import { loadConfig } from "../../../src/config/file/load.ts";
import { callerRingsOf, ringerOf, ringFilesOf } from "../../../src/cli/phone/ring_settings.ts";
import { ringFileOf } from "../../../src/station/phone/phone_settings.ts";

async function loaded(toml: string) {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/config.toml`;
    await Deno.writeTextFile(path, toml);
    const environment = (name: string) => name === "HOME" ? "/home/ada" : undefined;
    return { folder, config: await loadConfig({ path, environment, cwd: folder }) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("without a word it rings where calls are heard, by the bell", async () => {
  const { config } = await loaded("");
  assert.deepEqual([ringerOf(config), callerRingsOf(config), ringFilesOf(config)], [{}, {}, []]);
});

Deno.test("files are taken from the home folder, or from beside the configuration", async () => {
  const { folder, config } = await loaded(`
[devices]
ringer = "Bell"
[ring]
file = "~/ring.wav"
[[ring.callers]]
contact = "Ada Lovelace"
file = "ada.wav"
`);
  assert.deepEqual(ringerOf(config), {
    ringer: { kind: "device", name: "Bell" },
    ringFile: "/home/ada/ring.wav",
  });
  const file = `${folder}/ada.wav`;
  assert.deepEqual(callerRingsOf(config).callerRings, [{ contact: "Ada Lovelace", file }]);
  assert.deepEqual(ringFilesOf(config).map(({ place, path }) => `${place.join(".")} ${path}`), [
    "ring.file /home/ada/ring.wav",
    `ring.callers.0.file ${file}`,
  ]);
});

Deno.test("a list of ringers is one name for the device host; an empty one is refused", async () => {
  const { config } = await loaded(`[devices]\nringer = ["Bell", "default"]\n`);
  assert.deepEqual(ringerOf(config), { ringer: { kind: "device", name: "Bell | default" } });
  await assert.rejects(loaded("[devices]\nmicrophone = []\n"), { code: "config-invalid" });
});

Deno.test("the ringer none is silent", async () => {
  const { config } = await loaded(`[devices]\nringer = "none"\n`);
  assert.deepEqual(ringerOf(config), { ringer: { kind: "none" } });
});

Deno.test("the first row that a caller fits rings", () => {
  const rows = [
    { contact: "ada lovelace", file: "ada" },
    { group: "Family", contact: "Bob", file: "our bob" },
    { group: "family", file: "family" },
    { file: "known" },
  ];
  const of = (name: string, ...groups: string[]) => ringFileOf({ name, groups }, rows);
  assert.equal(of("Ada Lovelace", "family"), "ada");
  assert.equal(of("Bob", "family"), "our bob");
  assert.equal(of("Eve", "friends", "FAMILY"), "family");
  assert.equal(of("Bob"), "known");
  assert.equal(ringFileOf({ name: "Bob", groups: [] }), undefined);
});
