/** Building the native addon: without a compiler, with a bad one, again. */
import assert from "node:assert/strict";
import { buildNaudiodon } from "../../../tools/build_naudiodon.ts";

async function withFolder(run: (folder: string, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await run(`${root}/built`, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const left = (root: string) => [...Deno.readDirSync(root)].map(({ name }) => name);

Deno.test("without a compiler it says so in one line and leaves nothing behind", async () => {
  await withFolder(async (folder, root) => {
    const lines: string[] = [];
    const { ok, reason } = await buildNaudiodon({
      folder,
      compilers: ["no-such-compiler"],
      say: (line) => lines.push(line),
    });
    assert.equal(ok, false);
    assert.match(reason!, /no C\+\+ compiler/);
    assert.equal(lines.filter((line) => line.includes("was not built")).length, 1);
    assert.deepEqual(left(root), []);
  });
});

Deno.test("a compiler that fails is quoted, and nothing half-built is left", async () => {
  await withFolder(async (folder, root) => {
    const compiler = `${root}/compiler`;
    const script =
      "#!/bin/sh\necho 'a.cc:1: warning: odd' >&2\necho 'a.cc:2: error: broken' >&2\nexit 1\n";
    await Deno.writeTextFile(compiler, script, { mode: 0o755 });
    const { ok, reason } = await buildNaudiodon({ folder, compilers: [compiler] });
    assert.equal(ok, false);
    assert.match(reason!, /a\.cc:2: error: broken/);
    assert.deepEqual(left(root), ["compiler"]);
  });
});

Deno.test("what was built already is not built again", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/naudiodon.node`, "");
    const lines: string[] = [];
    const compilers = ["no-such-compiler"];
    assert.deepEqual(
      await buildNaudiodon({ folder, compilers, say: (line) => lines.push(line) }),
      { ok: true },
    );
    assert.deepEqual(lines, []);
  });
});
