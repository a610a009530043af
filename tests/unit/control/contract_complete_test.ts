/**
 * A schema that lacks an event, a field or a member of a list does not compile: copies of the contract
 * from which one of them is taken out are type-checked against the rest of it.
 */
import assert from "node:assert/strict";

const ROOT = new URL("../../../", import.meta.url);
const CONTRACT = new URL("src/control/contract/", ROOT);

/** What is taken out of which file. */
const TAKEN: [file: string, text: string][] = [
  ["events.ts", '  "call.mute": callEvent("call.mute", {}),\n'],
  ["events.ts", "    hint: z.string().optional(),\n"],
  ["events.ts", "      z.strictObject({ endpoint, working: z.literal(true) }),\n"],
  ["values.ts", '  z.strictObject({ state: z.literal("unregistered") }),\n'],
  ["values.ts", '  z.strictObject({ kind: z.literal("echo") }),\n'],
  ["values.ts", "  transferAsked: z.string().optional(),\n"],
];

Deno.test("a contract from which one name is taken out does not compile", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const whole = await copyWithout(folder, "whole", "events.ts", "");
    const lacking: string[] = [];
    for (const [index, [file, text]] of TAKEN.entries()) {
      lacking.push(await copyWithout(folder, `lacks_${index}`, file, text));
    }
    const config = new URL("deno.json", ROOT).pathname;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", config, whole, ...lacking],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.ok(!success);
    assert.ok(!said.includes("whole.ts"), said);
    const silent = TAKEN.filter((_, index) => !said.includes(`lacks_${index}.ts`));
    assert.deepEqual(silent, [], said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** @returns path of the copy; what it imports is the real thing */
async function copyWithout(
  folder: string,
  name: string,
  file: string,
  text: string,
): Promise<string> {
  const source = await Deno.readTextFile(new URL(file, CONTRACT));
  assert.ok(source.includes(text), `${file} has no ${text}`);
  const path = `${folder}/${name}.ts`;
  const rooted = source.replace(text, "").replaceAll(
    /from "(\.[^"]+)"/g,
    (_, relative) => `from "${new URL(relative, CONTRACT)}"`,
  );
  await Deno.writeTextFile(path, rooted);
  return path;
}
