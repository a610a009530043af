/** Circles of imports are found, however long, and nothing else is taken for one. */
import assert from "node:assert/strict";
import {
  circlesOf,
  crowdedFolders,
  folderGraph,
  type Graph,
  MOST_FILES,
} from "../../../tools/import_circles.ts";

const graph = (arrows: Record<string, string[]>): Graph =>
  new Map(Object.entries(arrows).map(([from, to]) => [from, new Set(to)]));

Deno.test("a circle is found with all its members, beside what only leads to it", () => {
  const arrows = { start: ["a"], a: ["b"], b: ["c"], c: ["a", "end"], d: ["e"], e: ["d"], end: [] };
  assert.deepEqual(circlesOf(graph(arrows)).sort(), [["a", "b", "c"], ["d", "e"]]);
});

Deno.test("two ways to one place are no circle", () => {
  assert.deepEqual(circlesOf(graph({ a: ["b", "c"], b: ["d"], c: ["d", "b"], d: [] })), []);
});

Deno.test("folders go in a circle where their files do not", () => {
  const files = graph({ "x/a.ts": ["y/b.ts", "x/c.ts"], "y/d.ts": ["x/c.ts"] });
  assert.deepEqual(circlesOf(files), []);
  assert.deepEqual(circlesOf(folderGraph(files)), [["x", "y"]]);
});

Deno.test("a folder with more files than a person takes in is named", () => {
  const files = Array.from({ length: MOST_FILES }, (_, index) => `src/x/${index}.ts`);
  assert.deepEqual(crowdedFolders([...files, "src/x/y/z.ts"]), []);
  const more = [...files, "src/x/more.ts"];
  assert.deepEqual(crowdedFolders(more), [{ folder: "src/x", files: MOST_FILES + 1 }]);
});
