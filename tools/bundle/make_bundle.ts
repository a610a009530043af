// deno-lint-ignore-file no-console
/**
 * Makes the installed form of the phone: its code and its packages in fewer files, which Deno reads
 * sooner, and what stays as it is, at the places that it has in the checkout.
 *
 *     programs, commands ─► source_for_bundle ─► esbuild, code splitting ─► FOLDER/…/*.js
 *     permissions, tables, WebAssembly, native addons ────────────────────► FOLDER/…
 *
 * `make_bundle.ts FOLDER` is a process of its own (see `mod.ts`): the bundler is in no lock of the phone.
 */
import { copyFile, cp, mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { naudiodonFolder } from "../../src/device_host/native/audio/naudiodon_path.ts";
import { loadBundler, type Plugin } from "./esbuild.ts";
import { sourceForBundle, writtenFile } from "./source_for_bundle.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What Deno is started with, or a thread. */
const PROGRAMS = [
  "main.ts",
  "src/media/worker/worker.ts",
  "src/spawner/main.ts",
  "src/device_host/main.ts",
  "src/cli/commands/station/narrow.ts",
];

/** Read by a name that is made when they are read. */
const TABLES = ["bash", "zsh", "fish"]
  .map((shell) => `src/cli/commands/completion/completion.${shell}`);

/** The package that loads native code from its own folder, then what it needs for that. */
const NATIVE = ["node-hid", "pkg-prebuilds"];

/** Ink looks for it only when a developer asks. */
const NOT_INSTALLED = ["react-devtools-core"];

/** What the code reads, as its sources name it. */
interface Named {
  /** By path in the project. */
  files: Set<string>;
  /** Path here of each file of a package. */
  packageFiles: Map<string, string>;
}

async function makeBundle(folder: string): Promise<void> {
  const named: Named = { files: new Set(TABLES), packageFiles: new Map() };
  await bundle(folder, named);
  for (const file of named.files) {
    if (file !== "deno.json") await copy(join(ROOT, file), join(folder, file));
  }
  for (const [name, path] of named.packageFiles) {
    // The code of a package is in the bundle; what it names is the WebAssembly beside it.
    const wasm = (file: string) => file.replace(/(?:\.js|\.wasm)?$/, ".wasm");
    await copy(wasm(path), join(folder, "packages", wasm(name)));
  }
  await copyNative(folder);
  await Deno.writeTextFile(join(folder, "deno.json"), await configuration());
}

async function bundle(folder: string, named: Named): Promise<void> {
  const { build, stop } = await loadBundler();
  try {
    const { outputFiles } = await build({
      absWorkingDir: ROOT,
      entryPoints: PROGRAMS,
      outbase: ROOT,
      outdir: folder,
      chunkNames: "[name]-[hash]",
      bundle: true,
      splitting: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "esnext",
      jsx: "automatic",
      minifySyntax: true,
      // Names stay: a bug is reported with its stack.
      minifyWhitespace: true,
      external: [...NATIVE, ...NOT_INSTALLED],
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [sources(named)],
      logLevel: "silent",
    });
    for (const { path, text } of outputFiles) {
      await mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, writtenFile(relative(folder, path), text));
    }
  } finally {
    await stop();
  }
}

/** Our sources as a bundler needs them; packages are read as they are. */
function sources({ files, packageFiles }: Named): Plugin {
  return {
    name: "sources",
    setup(build) {
      build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
        const file = relative(ROOT, path);
        if (file.startsWith("node_modules")) return undefined;
        const source = sourceForBundle(file, await Deno.readTextFile(path), PROGRAMS);
        for (const each of source.files) files.add(each);
        for (const name of source.packageFiles) {
          const options = { kind: "dynamic-import", resolveDir: dirname(path) } as const;
          const { path: found, errors } = await build.resolve(name, options);
          if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.text}`);
          packageFiles.set(name, found);
        }
        return { contents: source.text, loader: file.endsWith("x") ? "tsx" : "ts" };
      });
    },
  };
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** What the device host loads; without a compiler there is no naudiodon. */
async function copyNative(folder: string): Promise<void> {
  const beside = dirname(await Deno.realPath(join(ROOT, "node_modules", NATIVE[0]!)));
  for (const name of NATIVE) {
    const place = await Deno.realPath(join(beside, name));
    const isUsed = (path: string) =>
      !/^\/(?:hidapi|src|test)(?:\/|$)/.test(path.slice(place.length));
    await cp(place, join(folder, "node_modules", name), { recursive: true, filter: isUsed });
  }
  const addon = naudiodonFolder();
  await cp(addon, join(folder, relative(ROOT, addon)), { recursive: true })
    .catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
}

/** What of `deno.json` is not for those who work on the phone. */
async function configuration(): Promise<string> {
  const { permissions, unstable, imports } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const { "node-hid": nodeHid } = imports;
  const { setup: _, test: __, ...kept } = permissions;
  return JSON.stringify({
    nodeModulesDir: "manual",
    lock: false,
    unstable,
    imports: { "node-hid": nodeHid },
    permissions: kept,
  });
}

if (import.meta.main) {
  try {
    await makeBundle(Deno.args[0]!);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
