/** The command line as a process: streams, exit statuses and texts that scripts rely on. */
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { FakeIo } from "../fakes/fake_io.ts";
import { Offhook, type OffhookResult } from "../peers/offhook.ts";
import { PHONE_COMMAND } from "../peers/phone_program.ts";
import { withScratch } from "../peers/scratch.ts";
import { TmuxScreen } from "../peers/tmux_screen.ts";
import { testWith } from "../support/skip.ts";

function run(args: string[], options: Parameters<typeof Offhook.run>[2] = {}) {
  return withScratch((scratch) => Offhook.run(scratch, args, options));
}

const text = ({ stdout }: OffhookResult) => new TextDecoder().decode(stdout);

Deno.test("version is deno.json's, alone on standard output", async () => {
  const url = new URL("../../deno.json", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(url));
  for (const args of [["version"], ["--version"], ["-V"]]) {
    const result = await run(args);
    assert.deepEqual([result.status, text(result), result.stderr], [0, `offhook ${version}\n`, ""]);
  }
  const { schema, ...versions } = JSON.parse(text(await run(["version", "--json"])));
  assert.equal(schema, "offhook.version/1");
  assert.equal(versions.version, version);
  assert.equal(versions.deno, Deno.version.deno);
});

Deno.test("what Deno reads before it begins is small, and stays small", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: { specifier: string; dependencies?: { code?: { specifier?: string } }[] }[];
  };
  const read = new Set(graph.roots);
  for (const specifier of read) {
    const { dependencies = [] } = graph.modules.find((each) => each.specifier === specifier) ?? {};
    for (const { code } of dependencies) if (code?.specifier) read.add(code.specifier);
  }
  assert.ok(read.size > 5 && read.size < 25, [...read].join("\n"));
  assert.deepEqual([...read].filter((name) => /npm:|node:|\/src\/(sip|station)\//.test(name)), []);
});

Deno.test("help of everything: on standard output, status 0, every command in the list", async () => {
  const help = await run(["--help"]);
  assert.equal(help.status, 0);
  assert.equal(help.stderr, "");
  for (const { name, brief } of COMMANDS) {
    assert.match(text(help), new RegExp(`^ {2}${name} +${brief.replaceAll(/[().]/g, ".")}$`, "m"));
    const io = new FakeIo();
    assert.equal(await runCli([name, "--help"], { io }), 0, name);
    assert.equal(io.stderr.text, "", name);
    assert.match(io.stdout.text, new RegExp(`Usage: offhook ${name}`));
    for (const line of io.stdout.text.split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
  }
  assert.equal(text(await run(["help", "dial"])), text(await run(["dial", "--help"])));
  assert.equal(text(await run(["--help", "dial"])), text(await run(["dial", "--help"])));
  assert.equal(text(await run(["help", "help"])), text(await run(["--help"])));
});

Deno.test("nothing at all: the help on standard error and status 2", async () => {
  const result = await run([]);
  assert.equal(result.status, 2);
  assert.equal(text(result), "");
  assert.match(result.stderr, /Usage: offhook COMMAND/);
});

Deno.test("a wrong command line: 2, one sentence and what was probably meant", async () => {
  const rows: [string[], RegExp][] = [
    [["dail", "600"], /^offhook: there is no command "dail"\n {2}Did you mean "dial"\?/],
    [
      ["-q", "volume"],
      /^offhook: there is no option "-q" before a command\n {2}Options come after the command/,
    ],
    [["--version", "--jsno"], /^offhook: there is no option --jsno\n {2}Did you mean --json\?/],
    [["volume", "7"], /^offhook: the volume cannot be 7 dB\n {2}Allowed are up, down and whole dB/],
    [
      ["dial", "--sever=x", "600"],
      /^offhook: there is no option --sever\n {2}Did you mean --server\?/,
    ],
    [["config", "shw"], /^offhook: "shw" is unexpected here\n {2}Did you mean show\?/],
    [["config", "foo"], /"foo" is unexpected here\n {2}Allowed here: init, check, show, schema/],
    [["dial"], /^offhook: dial needs a TARGET\n {2}For example: offhook dial sip:600@/],
    [["headset"], /^offhook: headset needs one of list, test, learn, on, off\n {2}For example/],
    [["contacts", "--json"], /^offhook: contacts needs one of list, search, add/],
    [["credential", "set"], /^offhook: credential set needs an ACCOUNT/],
    [["completion"], /^offhook: completion needs one of bash, zsh, fish/],
    [["answer", "--accept", "a b"], /"a b" can be no caller/],
    [["dial", "a@b", "c@d"], /^offhook: "c@d" is unexpected here/],
    [["dial", "a@b", "--transport=upd"], /"upd" is not one of .*Did you mean "udp"/],
    [["dial", "a@b", "--timeout=soon"], /"soon" is not a duration/],
    [["dial", "sip:bob@ho st"], /"ho st" is not HOST/],
    [["dial", "http://x"], /"http:" is not a scheme/],
    [["answer", "--listen=nowhere"], /"nowhere" is not ADDRESS:PORT/],
    [["answer", "--reject=200"], /whole number from 400 to 699/],
    [["schema", "dail"], /^offhook: there is no JSON output of "dail"\n {2}Did you mean "dial"\?/],
    [["completion", "tcsh"], /"tcsh" is not one of bash, zsh, fish/],
  ];
  for (const [args, expected] of rows) {
    const result = await run(args);
    assert.equal(result.status, 2, args.join(" "));
    if (!args.includes("--json")) assert.equal(text(result), "", args.join(" "));
    assert.match(result.stderr, expected, args.join(" "));
  }
});

Deno.test("with --json an error is an object on standard output, too", async () => {
  const result = await run(["dial", "600", "--json"]);
  assert.equal(result.status, 3);
  const { schema, error } = JSON.parse(text(result));
  assert.deepEqual([schema, error.code], ["offhook.error/1", "config-missing"]);
  assert.match(result.stderr, /^offhook: "600" has no host/);
});

Deno.test("passwords are never taken from the command line, nor said again", async () => {
  const flags = ["--password=hunter2", "--passwd=hunter2", "--pasword=hunter2", "--secret=hunter2"];
  for (const flag of flags) {
    const result = await run(["register", "--server=s", "--user=u", flag, "--json"]);
    assert.equal(result.status, 2, flag);
    assert.ok(!`${text(result)}${result.stderr}`.includes("hunter2"), result.stderr);
    assert.match(result.stderr, /--password-file/);
  }
  const apart = await run(["register", "--password", "hunter2"]);
  assert.equal(apart.status, 2);
  assert.ok(!apart.stderr.includes("hunter2"));
  const inTarget = await run(["dial", "sip:bob:hunter2@host", "--json"]);
  assert.equal(inTarget.status, 2);
  assert.ok(!`${text(inTarget)}${inTarget.stderr}`.includes("hunter2"));
});

Deno.test("JSON Schemas: of every output, each naming the schema that the output names", async () => {
  const names = text(await run(["schema"])).trim().split("\n");
  assert.ok(names.includes("dial") && names.includes("config show"));
  for (const name of names) {
    const schema = JSON.parse(text(await run(["schema", ...name.split(" ")])));
    if (name === "events") {
      // Many shapes, told apart by their type; the protocol's version covers them.
      for (const shape of schema.anyOf ?? schema.oneOf) assert.ok(shape.properties.type, name);
      continue;
    }
    assert.match(schema.properties.schema.const, /^offhook\.[a-z-]+\/[0-9]+$/, name);
    assert.equal(schema.type, "object");
  }
});

Deno.test("the schema of a call is what scripts were promised", async () => {
  const schema = JSON.parse(text(await run(["schema", "dial"])));
  assert.deepEqual(schema.required, [
    "schema",
    "outcome",
    "sipStatus",
    "reason",
    "callId",
    "local",
    "remote",
    "transport",
    "codec",
    "security",
    "encryption",
    "setupMs",
    "durationMs",
    "media",
    "dtmf",
    "endedBy",
  ]);
  assert.deepEqual(schema.properties.outcome.enum, [
    "answered",
    "busy",
    "no-answer",
    "declined",
    "not-found",
    "unreachable",
    "auth-failed",
    "media-failed",
    "encryption-failed",
    "cancelled",
    "failed",
    "answered-elsewhere",
    "missed",
  ]);
});

Deno.test("completion scripts, and what they ask", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await run(["completion", shell]);
    assert.equal(script.status, 0);
    assert.match(text(script), /offhook/);
    const ask = async (...line: string[]) => text(await run(["completion", shell, ...line]));
    assert.match(await ask("co"), /config[^]*completion/);
    assert.match(await ask("dial", "--tra"), /--trace[^]*--transport|--transport[^]*--trace/);
    assert.match(await ask("dial", "--transport", "t"), /tcp[^]*tls/);
    assert.match(await ask("config", "s"), /s(how|chema)/);
    assert.match(await ask("dial", "--mic", "si"), /silence/);
    assert.equal(await ask("nothing", "x"), "");
  }
});

testWith(["tmux"], "Tab completes commands, words, flags and files in bash", async () => {
  await withScratch(async (scratch) => {
    const launcher = `#!/bin/sh\nexec ${PHONE_COMMAND} "$@"\n`;
    await Deno.writeTextFile(scratch.file("offhook"), launcher, { mode: 0o755 });
    await Deno.writeTextFile(scratch.file("greeting.wav"), "");
    const screen = await TmuxScreen.open(scratch, { columns: 100 });
    const setUp = `cd ${scratch.path}; PATH=.:$PATH; source <(offhook completion bash); clear; pwd`;
    await screen.type(setUp);
    await screen.press("Enter");
    await screen.until(/^\/\S+\s+\S*[$#]/m);
    const rows: [typed: string, completed: RegExp][] = [
      ["offhook regi", /offhook register /],
      ["offhook dial --requ", /--require-audio /],
      ["offhook config sc", /config schema /],
      ["offhook dial --mic file:gree", /--mic file:greeting\.wav /],
      ["offhook dial --mic=file:gree", /--mic=file:greeting\.wav /],
      ["offhook dial --transport=tc", /--transport=tcp /],
      ["offhook dial --record ./gree", /--record \.\/greeting\.wav /],
    ];
    for (const [typed, completed] of rows) {
      await screen.type(typed);
      await screen.press("Tab");
      // The x shows a blank that was completed.
      await screen.type("x");
      await screen.until(new RegExp(`${completed.source}x`));
      await screen.press("C-u");
    }
  });
});

Deno.test("a reader that goes away is no error", async () => {
  await withScratch(async (scratch) => {
    const phone = Offhook.start(scratch, ["schema", "dial"]);
    const { status, stderr } = await phone.finished;
    assert.deepEqual([status, stderr], [0, ""]);
    const { stderr: errors } = await new Deno.Command("bash", {
      args: [
        "-c",
        `set -o pipefail; for i in 1 2 3; do ${PHONE_COMMAND} config schema | ` +
        `head -c 1 >/dev/null; done`,
      ],
      cwd: scratch.path,
    }).output();
    assert.equal(new TextDecoder().decode(errors), "");
  });
});

Deno.test("output that a full disk lost is told, and no success", async () => {
  await withScratch(async (scratch) => {
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-c", `${PHONE_COMMAND} config schema > /dev/full`],
      cwd: scratch.path,
    }).output();
    assert.equal(code, 2);
    assert.match(new TextDecoder().decode(stderr), /standard output: no space is left/);
  });
});
