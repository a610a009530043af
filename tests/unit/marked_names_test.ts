/**
 * No type compiles without any one of the names that it lists: each member of each union, each variant,
 * each key of a table whose keys are a list. Lists of values: `names_test.ts`.
 */
import assert from "node:assert/strict";
import { MarkedNames } from "../support/marked_names.ts";
import { sourcesOf } from "../support/syntax.ts";
import { missed, typeErrors } from "../support/type_errors.ts";

/** Nothing but the help asks for them, in their order; `named_commands_test.ts` has every command. */
const HEADINGS = ["A running station", "About offhook", "First steps", "One call"]
  .map((heading) => `src/cli/commands.ts: ${heading}`);

/** Of an object with two keys that a type lacks, the first one is refused; the rest comes next. */
const ROUNDS = 2;

Deno.test("no type compiles without any one of the names that it lists", async () => {
  const sources = sourcesOf("main.ts", "src");
  let open: ReadonlySet<string> | undefined;
  for (let round = 0; round < ROUNDS && open?.size !== 0; round++) {
    const names = new MarkedNames();
    const marked = sources.map((source) => ({
      ...source,
      text: names.mark(source, ({ file, name }) => open?.has(`${file}: ${name}`) ?? true),
    }));
    const found = missed(names, await typeErrors(marked));
    open = new Set(
      names.names.filter((each) => !found.has(each)).map(({ file, name }) => `${file}: ${name}`),
    );
  }
  assert.deepEqual([...open!].sort(), HEADINGS);
});

Deno.test("a name that nothing says is found, and one that two lists have is not taken for another", () => {
  const names = new MarkedNames();
  const text = `
    type Colour = "red" | "green" | "blue";
    type Lamp = "red" | "off";
    type Either = Colour | Lamp;
    type Warm = Extract<Colour, "red">;
  `;
  assert.match(names.mark({ file: "src/x.ts", text }, () => true), /"red~0" \| "green~1"/);
  const said = (errors: string) => [...missed(names, errors)].map(({ id }) => id);
  const refused = (name: string, type: string) =>
    `TS2322 [ERROR]: Type '"${name}"' is not assignable to type '${type}'.`;
  assert.deepEqual(said(refused("green", "Colour | undefined")), [1]);
  assert.deepEqual(said(refused("red", '"red~3" | "off~4"')), [3]);
  assert.deepEqual(said(refused("red", "Either")), [], "either of two");
  assert.deepEqual(said(refused("pink", "Colour")), []);
  const apart = `types '"red~0" | "green~1" | "blue~2"' and '"blue"' have no overlap.`;
  assert.deepEqual(said(`because the ${apart}`), [2]);
});
