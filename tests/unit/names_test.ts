/**
 * No list of names compiles without any one of its members: each of them is taken out of each list, and
 * what is left is type-checked. A list says how long it is (`Names<5>`), because a union or a schema that
 * is made of it cannot miss what it does not know.
 */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

interface List {
  /** Where it is declared. */
  file: string;
  name: string;
  /** Names in quotes, and other lists: `...ENDERS`. */
  members: string[];
  /** What stands behind `as const`. */
  promise: string;
}

const DECLARATION =
  /\bconst (\w+) = \[((?:"(?:[^"\\]|\\.)*"|\/\*[^]*?\*\/|\/\/[^\n]*|[\w.,\s])*)\] as const([^;]*);/g;
const MEMBER = /"(?:[^"\\]|\\.)*"|\.\.\.\w+/g;
const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*/g;

const sources = await readSources();
const lists = sources.flatMap(([file, text]) => listsOf(file, text));

Deno.test("every list of names says how long it is", () => {
  const silent = lists.filter(({ promise }) => !/^ satisfies Names<\d+>$/.test(inOneLine(promise)));
  assert.deepEqual(silent.map(({ file, name }) => `${file}: ${name}`), []);
  assert.ok(lists.length > 50, `${lists.length} lists were found`);
});

Deno.test("a schema of names takes a list that is declared, and none of its own", () => {
  const inline = sources.filter(([, text]) => /\.enum\(\s*\[/.test(text));
  assert.deepEqual(inline.map(([file]) => file), []);
});

Deno.test("no list of names compiles without any one of its members", async () => {
  const lines = [`import type { Names } from "${new URL("src/base/names/names.ts", ROOT)}";`];
  for (const { members, name, promise, file } of inOrder(lists)) {
    lines.push(`${declaration(known(file, name), members, promise, file)} // whole`);
    for (const out of members.keys()) {
      const left = members.filter((_, index) => index !== out);
      lines.push(
        `{ ${declaration("list", left, promise, file)} } // ${file}: ${name} lacks ${members[out]}`,
      );
    }
  }
  const wrong = await linesInError(lines.join("\n"));
  const compiled = lines.filter((line, index) => line.includes(" lacks ") && !wrong.has(index + 1));
  const broken = lines.filter((line, index) => !line.includes(" lacks ") && wrong.has(index + 1));
  assert.deepEqual({ compiled, broken }, { compiled: [], broken: [] });
});

async function readSources(): Promise<[file: string, text: string][]> {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
      if (isDirectory) walk(`${folder}${name}/`);
      else if (/\.tsx?$/.test(name)) files.push(folder + name);
    }
  };
  walk("src/");
  const read = async (file: string): Promise<[string, string]> => [
    file,
    await Deno.readTextFile(new URL(file, ROOT)),
  ];
  return await Promise.all(files.sort().map(read));
}

function listsOf(file: string, text: string): List[] {
  return [...text.matchAll(DECLARATION)].flatMap(([, name, body, promise]) => {
    const members = body!.replaceAll(COMMENT, "").match(MEMBER) ?? [];
    return members.length === 0 ? [] : [{ file, name: name!, members, promise: promise! }];
  });
}

/** Two files may have lists of one name; a spread means that of its own file, else the only one. */
function known(file: string, name: string): string {
  const same = lists.filter((list) => list.name === name);
  const index = Math.max(0, same.findIndex((list) => list.file === file));
  return `${name}_${index}`;
}

function declaration(name: string, members: string[], promise: string, file: string): string {
  const written = members.map((member) =>
    member.startsWith("...") ? `...${known(file, member.slice(3))}` : member
  );
  return `const ${name} = [${written.join(", ")}] as const${inOneLine(promise)};`;
}

/** Lists that others spread come first. */
function inOrder(all: readonly List[]): List[] {
  const depth = ({ members, file }: List): number =>
    Math.max(
      0,
      ...members.filter((each) => each.startsWith("...")).map((each) => {
        const name = known(file, each.slice(3));
        return 1 + depth(all.find((list) => known(list.file, list.name) === name)!);
      }),
    );
  return all.toSorted((a, b) => depth(a) - depth(b));
}

/** Numbers of the lines, from 1, that do not compile. */
async function linesInError(text: string): Promise<Set<number>> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", new URL("deno.json", ROOT).pathname, path],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    return new Set(
      [...said.matchAll(/ at file:\S+\.ts:(\d+):\d+/g)].map(([, line]) => Number(line)),
    );
  } finally {
    await Deno.remove(path);
  }
}

/** As it would stand in a line that is long enough. */
function inOneLine(promise: string): string {
  return promise.replaceAll(/\s+/g, " ").replaceAll(/< | (?=>)/g, (found) => found.trim());
}
