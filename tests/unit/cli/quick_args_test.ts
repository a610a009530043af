/** The quick way through a command line and the whole parser agree wherever the quick one answers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { argument, flag, option, quickValues, repeated } from "../../../src/cli/args/fields.ts";
import { defineQuickCommand } from "../../../src/cli/args/quick_command.ts";
import { wholeCommand } from "../../../src/cli/args/quick_parser.ts";
import { readText, readWholeNumber } from "../../../src/cli/args/readers.ts";
import { FakeIo } from "../../fakes/fake_io.ts";
import { FakePhone } from "../../fakes/fake_phone.ts";

const FIELDS = {
  json: flag(["--json"], "JSON."),
  quiet: flag(["-q", "--quiet"], "Quiet."),
  count: option("--count", { metavar: "N", read: readWholeNumber(1, 9) }, "A number."),
  filter: repeated("--filter", { metavar: "TYPE", read: readText }, "Types."),
  target: argument({ metavar: "TARGET", read: readText }, "Whom."),
};

const context = () => ({ io: new FakeIo(), openPhone: new FakePhone().open });

/** What the whole parser makes of it; undefined when it refuses. */
async function whole(args: readonly string[]): Promise<unknown> {
  let values: unknown;
  const command = wholeCommand({
    name: "try",
    brief: "Tries",
    synopsis: "",
    examples: [],
    fields: FIELDS,
    groups: [{ title: "Output", keys: ["json", "quiet"] }],
    run: (found) => {
      values = found;
      return Promise.resolve(0);
    },
  });
  await command.execute(args, context()).catch(() => {});
  return values;
}

const WORD = fc.constantFrom(
  ...["--json", "-q", "--quiet", "--count", "--count=3", "--count=x", "--filter", "--filter=a"],
  ...["5", "600", "sip:x@y", "-", "--", "--json=1", "-qq", "--nothing", "--count=", ""],
);

Deno.test("the quick way never disagrees with the whole parser", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(WORD, { maxLength: 5 }), async (args) => {
      const quick = quickValues(FIELDS, args);
      if (quick !== undefined) assert.deepEqual(quick, await whole(args), args.join(" "));
    }),
    { numRuns: 300 },
  );
});

Deno.test("plain command lines go the quick way", () => {
  const rows: [string[], Record<string, unknown>][] = [
    [["600"], {}],
    [["--json", "600"], { json: true }],
    [["600", "-q", "--count", "2"], { quiet: true, count: 2 }],
    [["600", "--filter=call", "--filter", "headset"], { filter: ["call", "headset"] }],
  ];
  const none = { json: false, quiet: false, count: undefined, filter: [], target: "600" };
  for (const [args, expected] of rows) {
    assert.deepEqual(quickValues(FIELDS, args), { ...none, ...expected }, args.join(" "));
  }
});

Deno.test("help and errors come from the whole parser", async () => {
  const command = defineQuickCommand<typeof FIELDS>({
    name: "try",
    brief: "Tries",
    synopsis: "[OPTIONS] TARGET",
    examples: ["try 600"],
    fields: FIELDS,
    run: () => Promise.resolve(0),
  });
  const help = context();
  assert.equal(await command.execute(["--help"], help), 0);
  assert.match(help.io.stdout.text, /Usage: offhook try \[OPTIONS\] TARGET[^]*--filter TYPE/);
  await assert.rejects(command.execute(["600", "--count=99"], context()), /from 1 to 9/);
  await assert.rejects(
    command.execute([], context()),
    /needs a TARGET/,
  );
});
