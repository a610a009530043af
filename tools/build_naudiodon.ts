/**
 * Builds naudiodon's native addon into `.cache/naudiodon/`, with one call of a C++ compiler.
 *
 *     node_modules/naudiodon/src/*.cc + Node-API headers (npm) ──c++──► naudiodon.node
 *     its bundled libportaudio (x64 Linux), else the system's ─────────► beside it
 *
 * naudiodon's own install script wants node-gyp, Python, make and the headers of a Node installation,
 * and writes into the package's folder, whose files are hard links into Deno's cache. The addon needs
 * none of that: it uses Node-API only. May fail without stopping anything, the phone then uses
 * libportaudio directly; says why in one line. A look-up of two files when it was built already.
 */
import { createRequire } from "node:module";
import { naudiodonAddon, naudiodonFolder } from "../src/device_host/native/audio/naudiodon_path.ts";

export interface BuildResult {
  ok: boolean;
  /** Why not, in one sentence, when it is not. */
  reason?: string;
}

export interface BuildOptions {
  /** Takes the lines for the person who waits. */
  say?: (line: string) => void;
  /** Where the result goes; tests use another folder. */
  folder?: string;
  /** Compilers to try, in this order. */
  compilers?: string[];
}

const COMPILE_LIMIT_MS = 120_000;

/** Folders and name of the system's library, where the package brings none that fits. */
const SYSTEM_LIBRARIES: Record<string, string[]> = {
  linux: [
    `/usr/lib/${Deno.build.arch}-linux-gnu/libportaudio.so.2`,
    "/usr/lib64/libportaudio.so.2",
    "/usr/lib/libportaudio.so.2",
  ],
  darwin: [
    "/opt/homebrew/lib/libportaudio.2.dylib",
    "/usr/local/lib/libportaudio.2.dylib",
  ],
};

/** Never rejects. */
export async function buildNaudiodon(options: BuildOptions = {}): Promise<BuildResult> {
  const folder = options.folder ?? naudiodonFolder();
  if (exists(naudiodonAddon(folder))) return { ok: true };
  const say = options.say ?? (() => {});
  try {
    await build(folder, options.compilers ?? [Deno.env.get("CXX") ?? "c++", "g++", "clang++"], say);
    return { ok: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`naudiodon was not built (${reason}); sound cards go through libportaudio instead.`);
    return { ok: false, reason };
  }
}

async function build(
  folder: string,
  compilers: string[],
  say: (line: string) => void,
): Promise<void> {
  if (Deno.build.os === "windows") throw new Error("not on Windows");
  const naudiodon = packageFolder("naudiodon");
  const headers = packageFolder("node-api-headers");
  const library = findLibrary(naudiodon);
  say("building naudiodon, the sound card's library, from its source: up to a minute, once …");
  // Built beside its place and then moved: a half-built addon is never found.
  const work = `${folder}.${crypto.randomUUID()}`;
  await Deno.mkdir(work, { recursive: true });
  try {
    const link = await placeLibrary(library, work, naudiodon);
    const sources = [...Deno.readDirSync(`${naudiodon}/src`)]
      .map((entry) => entry.name).filter((name) => name.endsWith(".cc")).sort()
      .map((name) => `${naudiodon}/src/${name}`);
    await compile(compilers, [
      "-shared",
      "-fPIC",
      "-O2",
      "-std=c++17",
      "-w",
      "-pthread",
      "-DNODE_GYP_MODULE_NAME=naudiodon",
      `-I${naudiodon}/portaudio/include`,
      `-I${headers}/include`,
      ...sources,
      "-o",
      naudiodonAddon(work),
      ...link,
    ]);
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(work, folder);
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

function packageFolder(name: string): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return manifest.slice(0, manifest.lastIndexOf("/"));
  } catch {
    throw new Error(`the npm package ${name} is not installed`);
  }
}

function findLibrary(naudiodon: string): string {
  const bundled = `${naudiodon}/portaudio/bin/libportaudio.so.2`;
  if (Deno.build.os === "linux" && Deno.build.arch === "x86_64") return bundled;
  const found = SYSTEM_LIBRARIES[Deno.build.os]?.find(exists);
  if (found === undefined) throw new Error("libportaudio is not installed");
  return found;
}

/** @returns the linker's arguments */
async function placeLibrary(library: string, work: string, naudiodon: string): Promise<string[]> {
  const dynamic = Deno.build.os === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
  if (!library.startsWith(naudiodon)) return [library, ...dynamic];
  const name = library.slice(library.lastIndexOf("/") + 1);
  await Deno.copyFile(library, `${work}/${name}`);
  return [`${work}/${name}`, "-Wl,-rpath,$ORIGIN", ...dynamic];
}

/** Runs the first compiler that exists. @throws Error with the compiler's first complaint */
async function compile(compilers: string[], args: string[]): Promise<void> {
  for (const compiler of compilers) {
    let output: Deno.CommandOutput;
    try {
      output = await new Deno.Command(compiler, {
        args,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
        signal: AbortSignal.timeout(COMPILE_LIMIT_MS),
      }).output();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    if (output.success) return;
    const lines = new TextDecoder().decode(output.stderr).split("\n");
    const complaint = lines.find((line) => line.includes("error")) ?? lines[0];
    throw new Error(`${compiler}: ${complaint || `exit status ${output.code}`}`);
  }
  throw new Error("there is no C++ compiler; Debian: apt-get install g++");
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
