/** The reader of command lines: each form with the values it gives, or with the error and its hint. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  defineCommand,
  defineCommands,
  defineSubcommand,
  runCommand,
} from "../../../src/cli/args/command.ts";
import {
  argument,
  defaulted,
  file,
  flag,
  oneOf,
  option,
  repeated,
  text,
  words,
} from "../../../src/cli/args/fields.ts";
import { readArgs } from "../../../src/cli/args/read_args.ts";
import { readWholeNumber } from "../../../src/cli/args/readers.ts";
import { suggestionsFor } from "../../../src/cli/args/suggestions.ts";
import { FakeIo } from "../../fakes/fake_io.ts";
import { FakePhone } from "../../fakes/fake_phone.ts";

const FIELDS = {
  json: flag(["--json"], "JSON."),
  quiet: flag(["-q", "--quiet"], "Quiet."),
  verbose: flag(["-v"], "Verbose."),
  count: option("--count", { metavar: "N", read: readWholeNumber(1, 9) }, "A number."),
  limit: defaulted("--limit", { metavar: "N", read: readWholeNumber(1, 9), fallback: 5 }, "Most."),
  filter: repeated("--filter", text("TYPE"), "Types."),
  target: argument(text("TARGET"), "Whom."),
  more: words("WORD", "More of them."),
};
const PLACE = { name: "try", examples: ["try 600"] };

const NONE = {
  json: false,
  quiet: false,
  verbose: false,
  count: undefined,
  limit: 5,
  filter: [],
  target: "600",
  more: [],
};

Deno.test("what is read from a command line", () => {
  const rows: [string[], Record<string, unknown>][] = [
    [["600"], {}],
    [["--json", "600"], { json: true }],
    [["600", "-q", "--count", "2"], { quiet: true, count: 2 }],
    [["600", "--count=2", "--limit=9"], { count: 2, limit: 9 }],
    [["600", "--filter=call", "--filter", "headset"], { filter: ["call", "headset"] }],
    [["600", "--filter=a=b"], { filter: ["a=b"] }],
    [["600", "--filter="], { filter: [""] }],
    [["600", "--filter", "-"], { filter: ["-"] }],
    [["600", "--filter", "-x"], { filter: ["-x"] }],
    [["600", "--filter", "-6"], { filter: ["-6"] }],
    [["-qv", "600"], { quiet: true, verbose: true }],
    [["-6", "-q"], { target: "-6", quiet: true }],
    [["-q", "-.5"], { target: "-.5", quiet: true }],
    [["-"], { target: "-" }],
    [[""], { target: "" }],
    [["sip:x@y", "a", "--json", "b"], { target: "sip:x@y", more: ["a", "b"], json: true }],
    [["--json", "--", "-q", "--", "--json"], {
      json: true,
      target: "-q",
      more: ["--", "--json"],
    }],
  ];
  for (const [args, expected] of rows) {
    assert.deepEqual(readArgs(FIELDS, args, PLACE), { ...NONE, ...expected }, args.join(" "));
  }
});

Deno.test("what is wrong with a command line, and what to do instead", () => {
  const rows: [string[], message: string, hint?: RegExp][] = [
    [[], "try needs a TARGET", /^For example: offhook try 600\. See `offhook try --help`\.$/],
    [["--json"], "try needs a TARGET"],
    [["--"], "try needs a TARGET"],
    [["600", "--jsno"], "there is no option --jsno", /^Did you mean --json\? See/],
    [["600", "--nothing"], "there is no option --nothing", /^See `offhook try --help`\.$/],
    [["600", "--pin=1234"], "there is no option --pin"],
    [["600", "-x"], "there is no option -x"],
    [["600", "-qx"], "there is no option -qx"],
    [["600", "--json=1"], "--json takes no value"],
    [["600", "--json", "--json"], "--json cannot be used multiple times"],
    [["600", "-q", "--quiet"], "--quiet cannot be used multiple times"],
    [["600", "-qq"], "-q cannot be used multiple times"],
    [["600", "--count=1", "--count", "2"], "--count cannot be used multiple times"],
    [["600", "--count"], "--count requires N"],
    [["600", "--filter", "--json"], "--filter requires TYPE"],
    [["600", "--filter", "--count=1"], "--filter requires TYPE"],
    [["600", "--count", "99"], '--count: "99" is not a whole number from 1 to 9'],
    [["600", "--count", "-5"], '--count: "-5" is not a whole number from 1 to 9'],
    [["600", "--count="], '--count: "" is not a whole number from 1 to 9'],
  ];
  for (const [args, message, hint = /See `offhook try --help`\.$/] of rows) {
    assert.throws(() => readArgs(FIELDS, args, PLACE), (error: OffhookError) => {
      assert.deepEqual([error.code, error.message], ["usage", message], args.join(" "));
      assert.match(error.hint ?? "", hint, args.join(" "));
      return true;
    });
  }
});

/** A command with commands of its own, and what ran. */
function family() {
  const ran: unknown[] = [];
  const run = (name: string) => (values: unknown) => {
    ran.push([name, values]);
    return Promise.resolve(0 as const);
  };
  const fields = { to: oneOf("LAMP", ["red", "green"]), where: file("FILE") };
  const command = defineCommands({ examples: ["lamp light red"] }, {
    light: defineSubcommand("Light it", {
      fields: {
        where: option("--where", fields.where, "The file."),
        lamp: argument({ ...fields.to, completes: ["red", "green", "file:"] }, "Which."),
      },
      run: run("light"),
    }),
    list: defineSubcommand("All", { fields: { json: FIELDS.json }, run: run("list") }),
  });
  const withDefault = defineCommand({
    fields: { json: FIELDS.json },
    commands: command.commands,
    run: run("default"),
  });
  return { command, withDefault, ran };
}

const context = () => ({ io: new FakeIo(), openPhone: new FakePhone().open });

Deno.test("commands of a command", async () => {
  const { command, withDefault, ran } = family();
  const lamp = (...args: string[]) =>
    runCommand({ name: "lamp", brief: "Lamps", command }, args, context());
  assert.equal(await lamp("light", "GREEN"), 0);
  assert.equal(await lamp("list", "--json"), 0);
  const other = { name: "lamp", brief: "Lamps", command: withDefault };
  assert.equal(await runCommand(other, ["--json"], context()), 0);
  assert.equal(await runCommand(other, ["list"], context()), 0);
  assert.deepEqual(ran, [
    ["light", { where: undefined, lamp: "green" }],
    ["list", { json: true }],
    ["default", { json: true }],
    ["list", { json: false }],
  ]);
  const rows: [string[], message: string, hint: RegExp][] = [
    [[], "lamp needs one of light, list", /^For example: offhook lamp light red\. See/],
    [["--json", "list"], "lamp needs one of light, list before --json", /^For example/],
    [["--jsn"], "there is no option --jsn", /^Did you mean --json\?/],
    [["lgiht"], '"lgiht" is unexpected here', /^Did you mean light\?/],
    [["burn"], '"burn" is unexpected here', /^Allowed here: light, list\. See `offhook lamp/],
    [
      ["light"],
      "lamp light needs one of red, green, file:",
      /^For example: offhook lamp light red/,
    ],
    [["light", "red", "x"], '"x" is unexpected here', /^See `offhook lamp light --help`\.$/],
    [["list", "constructor"], '"constructor" is unexpected here', /^See/],
    [["constructor"], '"constructor" is unexpected here', /^Allowed here/],
  ];
  for (const [args, message, hint] of rows) {
    await assert.rejects(lamp(...args), (error: OffhookError) => {
      assert.deepEqual([error.code, error.message], ["usage", message], args.join(" "));
      assert.match(error.hint ?? "", hint, args.join(" "));
      return true;
    });
  }
  await assert.rejects(runCommand(other, ["lst"], context()), /"lst" is unexpected here/);
});

Deno.test("help wins over what is wrong, but not after --", async () => {
  const { command } = family();
  const { io, openPhone } = context();
  const named = { name: "lamp", brief: "Lamps", command };
  assert.equal(await runCommand(named, ["light", "--nothing", "-h"], { io, openPhone }), 0);
  assert.match(io.stdout.text, /^Light it\nUsage: offhook lamp light \[OPTIONS\] LAMP\n/);
  assert.match(io.stdout.text, /\n {2}--where FILE {16}The file\.\n {2}LAMP {24}Which\.\n/);
  await assert.rejects(runCommand(named, ["light", "--", "--help"], context()), /"--help" is not/);
});

Deno.test("what a shell may complete", () => {
  const { command, withDefault } = family();
  const told = (line: string[], of = command) =>
    suggestionsFor(of, line).map((each) =>
      each.kind === "file" ? `path after "${each.before}"` : each.text
    );
  const rows: [string[], string[]][] = [
    [[""], ["light", "list"]],
    [["li"], ["light", "list"]],
    [["light"], ["light"]],
    [["-"], []],
    [["light", ""], ["red", "green", "file:"]],
    [["light", "G"], ["green"]],
    [["light", "file:x"], ['path after "file:"']],
    [["light", "red", ""], []],
    [["light", "-"], ["--where"]],
    [["light", "--where", "x"], ['path after ""']],
    [["light", "--where=x"], ['path after "--where="']],
    [["light", "--where", "x", ""], ["red", "green", "file:"]],
    [["light", "--where=x", "--"], []],
    [["list", "--j"], ["--json"]],
    [["nothing", ""], []],
  ];
  for (const [line, expected] of rows) assert.deepEqual(told(line), expected, line.join(" "));
  assert.deepEqual(told(["--"], withDefault), ["--json"]);
  assert.deepEqual(told([""], withDefault), ["light", "list"]);
});
