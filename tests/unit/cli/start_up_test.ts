/**
 * What a command line loads before it does anything: our own modules only. A package takes longer to
 * load than a running station takes to answer, so that only what needs one loads it, when it runs.
 */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What each command line loads at once, and what those to a running station load when they run. */
const QUICK = [
  "main.ts",
  "src/cli/args/command.ts",
  "src/cli/args/help_page.ts",
  "src/cli/live/reach_station.ts",
  ...COMMANDS.map(({ name }) => `src/cli/commands/${name}/command.ts`),
];
/** Reads the configuration, so that it needs packages: the test sees them. */
const SLOW = "src/cli/commands/config/run.ts";

interface Module {
  specifier: string;
  dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
}

Deno.test("no command loads a package before it needs one", async () => {
  const graph = await moduleGraph([...QUICK, SLOW]);
  const loaded = (file: string) => packagesOf(graph, new URL(file, ROOT).href);
  assert.deepEqual(QUICK.map((file) => [file, loaded(file)]), QUICK.map((file) => [file, []]));
  assert.ok(loaded(SLOW).some((way) => way.includes("/zod@")), "the graph has packages");
});

/** What stands between `offhook dial` and its INVITE, and the packages that each may read. */
const CALLING: Record<string, string[]> = {
  "src/cli/commands/dial/run_dial.ts": ["smol-toml"],
  "src/station/phone/open_phone.ts": [],
  "src/media/worker/thread.ts": [],
  "src/media/worker/worker.ts": [],
  "src/station/phone/whole_phone.ts": ["sdp-transform", "sip.js"],
};

Deno.test("a call loads the packages of its signalling and no other", async () => {
  const graph = await moduleGraph(Object.keys(CALLING));
  const names = (file: string) =>
    packagesOf(graph, new URL(file, ROOT).href)
      .map((way) => /(?:npm:|.*\/node_modules\/)((?:@[^/]+\/)?[^/@]+)/.exec(way)?.[1] ?? way);
  for (const [file, packages] of Object.entries(CALLING)) {
    assert.deepEqual([...new Set(names(file))].sort(), packages, file);
  }
});

/** What else `register` and a call to a station read. */
const REACHING = ["src/cli/commands/register/run_register.ts", "src/cli/phone/own_phone.ts"];

Deno.test("no part of Node is loaded before the first message", async () => {
  const files = [...QUICK, ...Object.keys(CALLING), ...REACHING];
  const graph = await moduleGraph([...files, "src/store/store.ts"]);
  const parts = (file: string) =>
    waysTo(graph, new URL(file, ROOT).href, (module) => module.startsWith("node:"));
  assert.deepEqual(files.flatMap(parts), []);
  assert.ok(parts("src/store/store.ts").some((way) => way.endsWith("node:sqlite")));
});

/** Imports of values by module, as Deno reads them. */
async function moduleGraph(files: readonly string[]): Promise<Map<string, string[]>> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = files.map((file) => `import "${new URL(file, ROOT).href}";\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const config = new URL("deno.json", ROOT).pathname;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", config, entry],
      stderr: "null",
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
    return new Map(modules.map(({ specifier, dependencies = [] }) => [
      specifier,
      dependencies.flatMap(({ isDynamic, code }) =>
        isDynamic === true || code?.specifier === undefined ? [] : [code.specifier]
      ),
    ]));
  } finally {
    await Deno.remove(entry);
  }
}

/** Each package below a module, with the way to it. */
function packagesOf(graph: ReadonlyMap<string, string[]>, root: string): string[] {
  const isPackage = (module: string) =>
    module.includes("/node_modules/") || module.startsWith("npm:");
  return waysTo(graph, root, isPackage);
}

/** The way from a module to each below it that is wanted. */
function waysTo(
  graph: ReadonlyMap<string, string[]>,
  root: string,
  isWanted: (module: string) => boolean,
): string[] {
  assert.ok(graph.has(root), `${root} is no module`);
  const ways = new Map([[root, root.slice(ROOT.href.length)]]);
  const found: string[] = [];
  for (const [module, way] of ways) {
    for (const next of graph.get(module) ?? []) {
      if (ways.has(next)) continue;
      ways.set(next, `${way} > ${next.replace(ROOT.href, "")}`);
      if (isWanted(next)) found.push(ways.get(next)!);
    }
  }
  return found;
}
