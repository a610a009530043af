/** What the compiler says about a changed copy of the phone. */
import type { Source } from "./syntax.ts";
import type { MarkedName, MarkedNames } from "./marked_names.ts";

const ROOT = new URL("../../", import.meta.url);

/** Type-checks sources in a folder of their own. @returns what the compiler says */
export async function typeErrors(sources: readonly Source[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    // A type of many names is written out whole.
    config.compilerOptions.noErrorTruncation = true;
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.copyFile(new URL("deno.lock", ROOT), `${folder}/deno.lock`);
    await Deno.symlink(new URL("node_modules", ROOT), `${folder}/node_modules`);
    for (const { file, text } of sources) {
      const path = `${folder}/${file}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "main.ts", "src"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const LITERAL = /"((?:[^"\\]|\\.)*)"/g;
const NOTHING_ELSE = /^(?:[\s|]|undefined|null|true|false)*$/;

/** The marked names that something was refused for. */
export function missed(names: MarkedNames, errors: string): Set<MarkedName> {
  const found = new Set<MarkedName>();
  for (const line of errors.split("\n")) {
    const said = line.replace(/^TS\d+ \[ERROR\]: /, "").trim();
    for (const [name, type] of refusals(said)) {
      const listed = names.listed(name, type);
      if (listed) found.add(listed);
    }
  }
  return found;
}

/** Names that a type was found to lack. */
function refusals(said: string): [name: string, type: string][] {
  const pairs = (names: string, type: string): [string, string][] =>
    NOTHING_ELSE.test(names.replaceAll(LITERAL, ""))
      ? [...names.matchAll(LITERAL)].map(([name]) => [JSON.parse(name), type])
      : [];
  const not =
    /^(?:Type|Argument of type) '(.*?)' is not (?:assignable|comparable) to (?:type|parameter of type) '(.*)'\./
      .exec(said) ??
      /^Type '(.*?)' does not satisfy the constraint '(.*)'\./.exec(said) ??
      /^Type '(.*?)' cannot be used to index type '(.*)'\./.exec(said) ??
      /^Conversion of type '(.*?)' to type '(.*?)' may be a mistake/.exec(said);
  if (not) return pairs(not[1]!, not[2]!);
  const apart = /because the types '(.*)' and '(.*)' have no overlap/.exec(said);
  if (apart) {
    // Of two names on one side, one might be left to compare with.
    return [[apart[1]!, apart[2]!], [apart[2]!, apart[1]!]]
      .flatMap(([names, type]) => pairs(names!, type!))
      .filter((_, at, all) => all.length === 1 || !/~\d+$/.test(all[at]![0]));
  }
  const key = /(?:^|')'?"?([^'"]*)"?' does not exist (?:in|on) type '(.*)'/.exec(said);
  return key ? [[key[1]!, key[2]!]] : [];
}
