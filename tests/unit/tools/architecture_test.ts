/**
 * `docs/architecture.md`, claim by claim: what a tool can tell is read from the document itself, so that
 * a document that is not true any more fails here.
 */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { FRAME_MS, FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { METHODS } from "../../../src/control/contract/methods.ts";
import { RULES } from "../../../src/core/rules/rules.ts";
import { MOST_FILES } from "../../../tools/import_circles.ts";
import { FOLDERS, MAY_EXIT, PACKAGES, PURE } from "../../../tools/import_rules.ts";
import { modulesBelow } from "../../support/modules_below.ts";

const ROOT = new URL("../../../", import.meta.url);
const textOf = (file: string) => Deno.readTextFileSync(new URL(file, ROOT));
const DOCUMENT = textOf("docs/architecture.md");
/** Without line breaks, so that a sentence can be looked for. */
const PROSE = DOCUMENT.replaceAll(/\s+/g, " ");
const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/** Files and folders below a folder, paths relative to the project. */
function below(folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...below(path)] : [path];
  });
}

const PATHS = ["main.ts", ...["src", "tools", "tests", "docs"].flatMap(below)];
const SOURCES = PATHS.filter((path) => /^src\/.*\.tsx?$/.test(path) || path === "main.ts");
const TEXTS = new Map(SOURCES.map((file) => [file, textOf(file)]));

/** Sources whose code, not their comments, matches. */
function filesWith(pattern: RegExp): string[] {
  return SOURCES.filter((file) =>
    TEXTS.get(file)!.split("\n").some((line) =>
      !/^\s*(\/\/|\/?\*)/.test(line) && pattern.test(line)
    )
  );
}

const foldersIn = (folder: string) =>
  [...Deno.readDirSync(new URL(`${folder}/`, ROOT))]
    .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();

/** What the document says between two words, once. */
function said(pattern: RegExp): string {
  const found = pattern.exec(PROSE)?.[1];
  assert.ok(found !== undefined, `the document does not say ${pattern} any more: mend this test`);
  return found;
}

/** `a, b and c` or `a, b, c` as a sorted list of names. */
const listOf = (text: string) => text.split(/, | and |\/, /).map((each) => each.trim()).sort();

/** Rows of the table of folders: name, what it is, what it may import. */
const TABLE = DOCUMENT.split("\n").filter((line) => /^\| `/.test(line))
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
  .map(([folder, what, imports]) => ({
    folder: folder.replaceAll("`", "").replace(/^src\//, ""),
    what,
    imports,
  }));

Deno.test("architecture: the table of folders is the folders, and the arrows of the checker", () => {
  assert.deepEqual(
    TABLE.map(({ folder }) => folder).sort(),
    [...foldersIn("src"), "main.ts"].sort(),
  );
  for (const { folder, imports } of TABLE) {
    const rule = FOLDERS[folder];
    if (rule === undefined) {
      assert.deepEqual([folder, imports], ["main.ts", "cli"]);
      continue;
    }
    const parts = Object.entries(rule.partly ?? {})
      .flatMap(([whole, some]) => some.map((part) => `${whole}/${part}`));
    const [atOnce, whenUsed = ""] = imports.split("; when used: ");
    // base goes without saying, but where it is all there is.
    const named = (text: string) =>
      listOf(text).filter((each) => !["", "base", "–"].includes(each));
    assert.deepEqual(
      named(atOnce),
      [...rule.imports, ...parts].filter((each) => each !== "base").sort(),
      `what src/${folder} may import`,
    );
    assert.deepEqual(
      named(whenUsed),
      [...rule.lazily ?? []].sort(),
      `what src/${folder} loads late`,
    );
    assert.ok(folder === "base" || rule.imports.includes("base"), `${folder} may import base`);
  }
});

Deno.test("architecture: the folders that are called pure are those that the checker keeps pure", () => {
  const pure = TABLE.filter(({ what }) => /\bpure\b/.test(what)).map(({ folder }) => folder);
  assert.deepEqual(pure.sort(), [...PURE].sort());
});

Deno.test("architecture: main.ts has the phone's only exit", () => {
  assert.match(TABLE.find(({ folder }) => folder === "main.ts")!.what, /only `Deno\.exit`/);
  const ends = filesWith(/(?<![\w.])(Deno|process)\.exit\(/);
  assert.deepEqual(ends.filter((file) => !file.startsWith("src/device_host/")), ["main.ts"]);
  for (const file of ends) assert.ok(MAY_EXIT.has(file), file);
});

Deno.test("architecture: the numbers are those of the code", () => {
  assert.equal(Number(said(/more than (\d+) files at one level/)), MOST_FILES);
  const [, hertz, ms, samples] = /(\d+) kHz mono, (\d+) ms frames of (\d+) samples/.exec(PROSE)!;
  assert.deepEqual([+hertz! * 1000, +ms!, +samples!], [GRAPH_RATE, FRAME_MS, FRAME_SAMPLES]);
  const seconds = NUMBERS.indexOf(said(/last media report, at most (\w+) seconds/));
  const [, ending] = /ENDING_MS = ([\d_]+)/.exec(textOf("src/core/slices/call/ending.ts"))!;
  assert.equal(seconds * 1000, Number(ending!.replaceAll("_", "")));
  const ports = PATHS.filter((path) => /^src\/core\/ports\/\w+_port\.ts$/.test(path));
  assert.equal(NUMBERS.indexOf(said(/(\w+) ports of plain JSON/).toLowerCase()), ports.length);
  for (const port of ports) assert.ok(PROSE.includes(`\`${port.split("/").at(-1)}\``), port);
  const faces = said(/one phone with \w+ faces: (.*?)\./);
  assert.equal(NUMBERS.indexOf(said(/one phone with (\w+) faces/)), listOf(faces).length);
});

Deno.test("architecture: slices and rules are all there are", () => {
  assert.deepEqual(
    listOf(said(/The machine is in slices \(`slices\/`: (.*?)\)/)),
    foldersIn("src/core/slices"),
  );
  const effects = said(/run after each step: (.*?)\./).split(/, (?:and )?/);
  // Lamps, waiting tone and ringing are one rule: what the calls look like.
  assert.equal(effects.length, RULES.length + 2);
});

Deno.test("architecture: no permission set of the phone's process has FFI", () => {
  assert.match(PROSE, /every Deno permission that it needs and never `ffi`/);
  const { permissions } = JSON.parse(textOf("deno.json")) as {
    permissions: Record<string, Record<string, unknown>>;
  };
  const mayCall = Object.keys(permissions).filter((name) => permissions[name]!.ffi).sort();
  // "test" runs device hosts of its own.
  assert.deepEqual(mayCall, ["device-host", "test"]);
  const mayStart = Object.keys(permissions).filter((name) => permissions[name]!.run).sort();
  assert.deepEqual(mayStart, ["setup", "spawner", "station", "test"]);
  assert.ok(!("run" in permissions["device-host"]!));
});

Deno.test("architecture: addons, threads, children and SQLite are where it says", () => {
  assert.match(PROSE, /\*\*Device host\*\* .* A child process with every native addon/);
  for (const addon of ["naudiodon", "node-hid"]) assert.deepEqual(PACKAGES[addon], ["device_host"]);
  const places: [RegExp, RegExp][] = [
    [/new Worker\(/, /^src\/media\/worker\//],
    [/node:sqlite/, /^src\/store\//],
  ];
  for (const [pattern, place] of places) {
    const files = filesWith(pattern);
    assert.ok(files.length > 0, `nothing has ${pattern}`);
    assert.deepEqual(files.filter((file) => !place.test(file)), [], `${pattern}`);
  }
});

Deno.test("architecture: SIP.js is behind its wall, whose types are named", () => {
  assert.deepEqual(PACKAGES["sip.js"], ["sip/library"]);
  assert.deepEqual(
    filesWith(/from "sip\.js/).filter((file) => !file.startsWith("src/sip/library/")),
    [],
  );
  const wall = textOf("src/sip/library/mod.ts");
  const types = said(/nothing outside that folder knows its names: (.*?)\. What/).matchAll(
    /`(\w+)`/g,
  );
  for (const [, type] of types) {
    assert.match(wall, new RegExp(`\\b${type}\\b`), `${type} of the wall`);
  }
});

Deno.test("architecture: a client of the control API loads neither zod nor the tables", () => {
  assert.match(PROSE, /a client uses their types only and does not load zod/);
  const loaded = modulesBelow("src/control/client/mod.ts");
  assert.deepEqual(loaded.filter((file) => file.startsWith("src/control/contract/")), []);
  for (const file of loaded) {
    assert.doesNotMatch(TEXTS.get(file)!, /^import (?!type).* from "zod"/m);
  }
});

Deno.test("architecture: every command has its folder with what it takes", () => {
  assert.match(PROSE, /Each command has a folder, `commands\/NAME`: `command\.ts`/);
  assert.deepEqual(COMMANDS.map(({ name }) => name).sort(), foldersIn("src/cli/commands"));
  for (const { name } of COMMANDS) {
    assert.ok(SOURCES.includes(`src/cli/commands/${name}/command.ts`), name);
  }
});

/** What stands between backticks in the text, without the drawings. */
const WORDS = [
  ...new Set(
    [...DOCUMENT.replaceAll(/```[^]*?```/g, "").matchAll(/`([^`]+)`/g)].map(([, word]) =>
      word!.replaceAll(/\s+/g, " ")
    ),
  ),
];

const isPath = (word: string) =>
  /^[\w./]+$/.test(word) && (/\.(ts|md)$/.test(word) || /\/./.test(word) || word.endsWith("/"));

Deno.test("architecture: every file and folder that it names is there", () => {
  // A folder of the system, and a name to put in.
  const others = ["/dev", "commands/NAME"];
  const paths = WORDS.filter((word) => isPath(word) && !others.includes(word));
  assert.ok(paths.length > 60);
  const missing = paths.filter((word) => {
    const path = word.replace(/\/$/, "");
    return !PATHS.some((each) => each === path || each.endsWith(`/${path}`));
  });
  assert.deepEqual(missing, []);
  const links = [...DOCUMENT.matchAll(/\]\(([\w.]+)\)/g)].map(([, link]) => `docs/${link}`);
  assert.deepEqual(links.filter((link) => !PATHS.includes(link)), []);
});

Deno.test("architecture: every command and every name of the code that it gives is there", () => {
  const all = [...TEXTS.values()].join("\n");
  const tasks = Object.keys((JSON.parse(textOf("deno.json")) as { tasks: object }).tasks);
  const unknown = WORDS.filter((word) => !isPath(word) && !/^\//.test(word)).filter((word) => {
    const [, command] = /^offhook (\w+)/.exec(word) ?? [];
    if (command !== undefined) return !COMMANDS.some(({ name }) => name === command);
    const [, task] = /^deno task ([\w-]+)$/.exec(word) ?? [];
    if (task !== undefined) return !tasks.includes(task);
    const [, name, parameters] = /^(\w*)\(([^)]*)\)/.exec(word) ?? [];
    if (name !== undefined && name !== "import") {
      const spelt = parameters!.split(", ").map((each) => `\\b${each}\\b[^),]*`).join(",\\s*");
      return !new RegExp(`${name}\\??(<[^>]*>)?\\(\\s*${spelt}`).test(all);
    }
    return word.split(/\W+/).some((part) => part !== "" && !new RegExp(`\\b${part}\\b`).test(all));
  });
  assert.deepEqual(unknown, []);
});

Deno.test("architecture: each method of the table is in the reference page", () => {
  const page = textOf("docs/api.md");
  for (const method of Object.keys(METHODS)) assert.ok(page.includes(`### ${method}\n`), method);
});
