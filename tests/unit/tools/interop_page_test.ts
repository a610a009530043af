/** `docs/interop.md`: each test that it names is there. */
import assert from "node:assert/strict";

const ROOT = new URL("../../../", import.meta.url);
const PAGE = Deno.readTextFileSync(new URL("docs/interop.md", ROOT));
const FOLDER = new URL("tests/interop/", ROOT);
const TESTS = new Set([...Deno.readDirSync(FOLDER)].map(({ name }) => name));

/** The rows of a table whose first heading is this: cells, the peer first. */
function rowsOf(heading: string): string[][] {
  const [, body] = PAGE.split(new RegExp(`^\\| ${heading} +\\|.*\\n\\|[- |]+\\|\\n`, "m"));
  assert.ok(body, `a table of ${heading}`);
  return body.split(/\n(?!\|)/)[0].split("\n").map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

Deno.test("each test that docs/interop.md names exists", () => {
  const named = [...PAGE.matchAll(/`(\w+_test\.ts)`/g)].map(([, name]) => name);
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((name) => !TESTS.has(name)), []);
});

for (const heading of ["no encryption", "keys by SDES", "keys by DTLS", "ICE"]) {
  Deno.test(`docs/interop.md says of ${heading} what each peer does over each transport`, () => {
    const rows = rowsOf(heading);
    assert.equal(rows.length, 5);
    for (const [peer, ...cells] of rows) {
      assert.equal(cells.length, 5, peer);
      for (const cell of cells) {
        if (["not tried", "peer cannot", "with ICE only"].includes(cell)) continue;
        for (const part of cell.split(", ")) {
          const name = /^`(\w+)`$/.exec(part)?.[1];
          assert.ok(TESTS.has(`${name}_test.ts`), `${peer}: ${cell}`);
        }
      }
    }
  });
}
