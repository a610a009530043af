/** The keyring is used when it gives back what it was given, and at no other time. */
import assert from "node:assert/strict";
import { storeInKeyring } from "../../../src/config/credentials/keyring.ts";

const ALICE = { user: "alice", server: "pbx.example" };

/** A keyring of one file, as `secret-tool` is called. */
async function keyring(script: string, run: (tool: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const tool = `${folder}/secret-tool`;
    await Deno.writeTextFile(tool, `#!/bin/sh\ncd "${folder}"\n${script}`, { mode: 0o755 });
    await run(tool);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const WORKING = `case "$1" in
store) echo "$@" > args; cat > "$4 $6 $8" ;;
lookup) cat "$3 $5 $7" ;;
esac`;

Deno.test("a password goes through standard input, and comes back by the command", () =>
  keyring(WORKING, async (tool) => {
    const command = await storeInKeyring(ALICE, "wonder land", tool);
    const attributes = ["service", "offhook", "user", "alice", "server", "pbx.example"];
    assert.deepEqual(command, [tool, "lookup", ...attributes]);
    const folder = tool.replace(/\/[^/]*$/, "");
    assert.doesNotMatch(await Deno.readTextFile(`${folder}/args`), /wonder/);
    assert.equal(await Deno.readTextFile(`${folder}/offhook alice pbx.example`), "wonder land");
  }));

Deno.test("no keyring, one that is locked, and one that forgets are not relied on", async () => {
  assert.equal(await storeInKeyring(ALICE, "x", "/nowhere/secret-tool"), undefined);
  await keyring("exit 1", async (tool) => {
    assert.equal(await storeInKeyring(ALICE, "x", tool), undefined);
  });
  await keyring("cat > /dev/null; true", async (tool) => {
    assert.equal(await storeInKeyring(ALICE, "x", tool), undefined);
  });
});
