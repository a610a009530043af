/** Commands that messages and pages tell people to run exist. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { callError, registrationError } from "../../../src/sip/agent/status_error.ts";

const ROOT = new URL("../../../", import.meta.url);
const names = new Set(COMMANDS.map(({ name }) => name));

function* texts(folder: URL, ends: RegExp): Generator<{ path: string; text: string }> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* texts(url, ends);
    else if (ends.test(name)) yield { path: url.pathname, text: Deno.readTextFileSync(url) };
  }
}

Deno.test("every `offhook NAME` in messages, settings and pages is a command", () => {
  const readme = new URL("README.md", ROOT);
  const all = [
    ...texts(new URL("src/", ROOT), /\.tsx?$/),
    ...texts(new URL("docs/", ROOT), /\.md$/),
    { path: readme.pathname, text: Deno.readTextFileSync(readme) },
  ];
  let found = 0;
  for (const { path, text } of all) {
    for (const [, name] of text.matchAll(/`offhook ([a-z]+)\b/g)) {
      assert.ok(names.has(name), `${path}: offhook ${name}`);
      found++;
    }
  }
  assert.ok(found > 50, `${found}`);
});

Deno.test("what is said of a refused call or registration names commands in full", () => {
  for (let status = 300; status < 700; status++) {
    for (const { hint } of [callError(status, "", "x"), registrationError(status, "", "x")]) {
      for (const [, command] of hint?.matchAll(/`([^`]*)`/g) ?? []) {
        assert.ok(/^offhook /.test(command) && names.has(command.split(" ")[1]), hint);
      }
    }
  }
});

Deno.test("every command that is there is named", () => {
  const folders = [...Deno.readDirSync(new URL("src/cli/commands/", ROOT))].map(({ name }) => name);
  assert.deepEqual([...names].sort(), folders.sort());
});
