/** How sources become what a bundler can read, and what Deno reads afterwards. */
import assert from "node:assert/strict";
import { sourceForBundle, writtenFile } from "../../../tools/bundle/source_for_bundle.ts";
import { sourcesOf } from "../../support/syntax.ts";

const PROGRAMS = ["main.ts", "src/media/worker.ts"];
const shown = (source: string, file = "src/media/thread.ts") =>
  sourceForBundle(file, source, PROGRAMS);

Deno.test("an import that is hidden from Deno is shown to the bundler", () => {
  const rows: [source: string, text: string][] = [
    ['lazily<typeof import("./x.ts")>(import.meta.url, "./x.ts")', 'import("./x.ts")'],
    ['lazily<typeof import("./x.ts")>(\n  import.meta.url,\n  "./x.ts",\n)', 'import("./x.ts")'],
    ["lazily<{ command: Command }>(import.meta.url, `./${name}.ts`)", "import(`./${name}.ts`)"],
    ['lazily(import.meta.url, "./x.ts")', 'import("./x.ts")'],
  ];
  for (const [source, text] of rows) assert.equal(shown(source).text, text);
});

Deno.test("two of them do not become one", () => {
  const each = 'lazily<typeof import("./x.ts")>(import.meta.url, "./x.ts")';
  assert.equal(shown(`[${each}, ${each}]`).text, '[import("./x.ts"), import("./x.ts")]');
});

Deno.test("an import whose file is not named there is an error", () => {
  assert.throws(() => shown("lazily<X>(import.meta.url, path)"), /thread\.ts hides an import/);
});

Deno.test("a program is run, and a file read, where the bundle has them", () => {
  const { text, files } = shown(
    'new URL("./worker.ts", import.meta.url); new URL("../../deno.json", import.meta.url); ' +
      'new URL("../../", import.meta.url)',
  );
  assert.deepEqual(files, ["deno.json"]);
  const at = 'new URL("./src/media/thread.ts",import.meta.url).href';
  assert.equal(
    writtenFile("chunk.js", text),
    `new URL("./worker.js", ${at}); new URL("../../deno.json", ${at}); new URL("../../", ${at})`,
  );
  assert.match(
    writtenFile("src/media/worker.js", text),
    /new URL\("\.\.\/\.\.\/src\/media\/thread/,
  );
});

Deno.test("a file of a package is read from the bundle", () => {
  const { text, packageFiles } = shown('import.meta.resolve("@evan/opus/wasm/simd.wasm")');
  assert.deepEqual(packageFiles, ["@evan/opus/wasm/simd.wasm"]);
  assert.equal(
    writtenFile("chunk.js", text),
    'new URL("packages/@evan/opus/wasm/simd.wasm", new URL("./",import.meta.url).href).href',
  );
});

Deno.test("Deno does not see the parts of a bundle before they are needed", () => {
  assert.equal(
    writtenFile("main.js", 'import"./a.js";await import("./b.js")'),
    'import"./a.js";await import(String("./b.js"))',
  );
});

Deno.test("every source of the phone can be read so", () => {
  for (const { file, text } of sourcesOf("main.ts", "src")) sourceForBundle(file, text, PROGRAMS);
});
