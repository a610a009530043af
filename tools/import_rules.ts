/**
 * The import arrows of the project as tables, and the check of one file against them. A folder is
 * entered from another one through its `mod.ts`: what that does not name is private. Only `import()`
 * may name a file, so that nothing but what is used is loaded.
 *
 *     main.ts ─► cli ─► control ─► core ◄─ sip, media, hid, store, config        all ─► base
 *                tui ─►            media ─► audio ─► device_host (client and wire format only)
 *     station ─► every adapter     lab ─► station, sip, media, core
 *
 * Pure: takes text, gives findings. `tools/check_imports.ts` feeds it the source tree.
 */

/** A breach of a rule. */
export interface Finding {
  file: string;
  line: number;
  /** What stands there: the import or the global. */
  what: string;
  rule: string;
  /** What to do instead. */
  remedy: string;
}

export interface FolderRule {
  /** Folders of `src/` that it may import; a folder always may import itself. */
  imports: readonly string[];
  /** Folders that it may import only with `import()` or `import type`: they must not cost start-up. */
  lazily?: readonly string[];
  /** Folders of which it may import only these folders. */
  partly?: Readonly<Record<string, readonly string[]>>;
}

const ADAPTERS = ["sip", "media", "audio", "hid", "device_host", "control", "store", "config"];

/** Key: folder of `src/`. A folder that is not here is a finding: add it when it comes to be. */
export const FOLDERS: Readonly<Record<string, FolderRule>> = {
  base: { imports: [] },
  core: { imports: ["base"] },
  sip: { imports: ["base", "core"] },
  media: { imports: ["base", "core", "audio"] },
  audio: { imports: ["base", "core"], partly: { device_host: ["client", "wire"] } },
  hid: { imports: ["base", "core"] },
  device_host: { imports: ["base", "core", "hid"] },
  spawner: {
    imports: ["base", "core", "config"],
    partly: { device_host: ["start"] },
  },
  store: { imports: ["base", "core"] },
  config: { imports: ["base", "core"] },
  control: { imports: ["base", "core"] },
  station: { imports: ["base", "core", ...ADAPTERS] },
  lab: { imports: ["base", "core", "control", "station", "sip", "media", "audio"] },
  cli: {
    imports: ["base", "core", "config", "control"],
    lazily: ["station", "spawner", "lab", "store", "tui"],
  },
  tui: { imports: ["base", "core", "control"] },
};

/** npm package → the folders of `src/` that may import it, with what is below them. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "sip.js": ["sip/library"],
  ws: ["sip", "control"],
  "sdp-transform": ["sip"],
  naudiodon: ["device_host"],
  "node-hid": ["device_host"],
  "smol-toml": ["config"],
  zod: ["config", "control"],
  "@evan/opus": ["media"],
  "@sapphi-red/web-noise-suppressor": ["media"],
  "@echogarden/speex-resampler-wasm": ["media", "audio"],
  ink: ["tui"],
  react: ["tui"],
  "string-width": ["tui"],
};

/** Folders whose code depends on nothing but its inputs. */
export const PURE: ReadonlySet<string> = new Set(["base", "core", "hid"]);

/**
 * Everything that makes code impure: the core gets time, randomness and I/O as inputs. Not what an
 * interface of the core declares, or calls on an object that was passed in (`clock.setTimeout`).
 */
const IMPURE =
  /(?<![.\w])(Deno\.\w+|process\.\w+|(?:set|clear)(?:Timeout|Interval)(?!\(\w+\??:)|queueMicrotask|Date\.now|new Date\b|performance\.\w+|Math\.random|crypto\.\w+|fetch\()/;

/** Files that end a process: the phone's, and the device host's when native code hangs in it. */
export const MAY_EXIT = new Set(["main.ts", "src/device_host/exit_at_once.ts"]);

const EXIT = /\b(Deno|process)\.exit\b/;

interface Import {
  line: number;
  specifier: string;
  /** Costs nothing at start-up: `import()`, `import type`, `export type`. */
  lazy: boolean;
  /** `import()`, of a value or a type. */
  dynamic: boolean;
}

/** Files that a file imports when it is loaded, types included; paths relative to the project. */
export function loadedImports(file: string, text: string): string[] {
  return importsOf(text).filter(({ specifier, dynamic }) => specifier.startsWith(".") && !dynamic)
    .map(({ specifier }) => resolve(file, specifier));
}

/** Checks one file of `src/`, or `main.ts`. @param file path relative to the project, with `/` */
export function checkFile(file: string, text: string): Finding[] {
  const findings: Finding[] = [];
  for (const found of importsOf(text)) {
    const breach = breachOf(file, found);
    if (breach) {
      const what = `import of "${found.specifier}"`;
      findings.push({ file, line: found.line, what, ...breach });
    }
  }
  codeLines(text).forEach((code, index) => {
    const breach = globalBreach(file, code);
    if (breach) findings.push({ file, line: index + 1, ...breach });
  });
  return findings;
}

function globalBreach(file: string, code: string): Omit<Finding, "file" | "line"> | undefined {
  const folder = folderOf(file);
  const impure = PURE.has(folder) ? IMPURE.exec(code)?.[1] : undefined;
  if (impure) {
    return {
      what: impure,
      rule: `src/${folder} is pure: no Deno, Node, timers, clocks or randomness`,
      remedy: "take the value as an input, or return an effect that src/station runs",
    };
  }
  const exit = MAY_EXIT.has(file) ? undefined : EXIT.exec(code)?.[0];
  if (exit) {
    return {
      what: exit,
      rule: "only main.ts ends the process",
      remedy: "throw an OffhookError or return the exit code",
    };
  }
}

type Breach = Pick<Finding, "rule" | "remedy">;

function breachOf(file: string, found: Import): Breach | undefined {
  const { specifier } = found;
  if (specifier.startsWith(".")) {
    const target = resolve(file, specifier);
    return arrowBreach(file, target, found.lazy) ?? faceBreach(file, target, found.dynamic);
  }
  if (specifier.startsWith("node:")) {
    if (!PURE.has(folderOf(file))) return undefined;
    return {
      rule: `src/${folderOf(file)} imports nothing of the system`,
      remedy: "pass it in from src/station",
    };
  }
  return packageBreach(file, specifier);
}

function arrowBreach(file: string, target: string, lazy: boolean): Breach | undefined {
  if (file === "main.ts") {
    if (target.startsWith("src/cli/")) return undefined;
    return {
      rule: "main.ts imports only src/cli",
      remedy: "import it in the command that needs it",
    };
  }
  const from = folderOf(file);
  const rule = FOLDERS[from];
  if (!rule) {
    return {
      rule: `src/${from} has no line in tools/import_rules.ts`,
      remedy: "say there what it may import",
    };
  }
  const to = folderOf(target);
  if (to === "") {
    return {
      rule: "src imports only src",
      remedy: "move what is shared into src; tests and tools import it from there",
    };
  }
  if (to === from || rule.imports.includes(to)) return undefined;
  if (rule.lazily?.includes(to)) {
    if (lazy) return undefined;
    return {
      rule: `src/${from} imports src/${to} only when it is used`,
      remedy: "import() it inside the function, or `import type` it",
    };
  }
  const part = rule.partly?.[to];
  if (part?.some((folder) => target.startsWith(`src/${to}/${folder}/`))) return undefined;
  const allowed = [...rule.imports, ...(rule.lazily ?? []), ...Object.keys(rule.partly ?? {})];
  return {
    rule: `src/${from} may import only ${allowed.join(", ") || "itself"}` +
      (part ? ` (of ${to} only ${part.join(", ")})` : ""),
    remedy: "let a type in src/core cross between them, or wire them in src/station",
  };
}

function faceBreach(file: string, target: string, dynamic: boolean): Breach | undefined {
  const folder = parentOf(target);
  if (dynamic || target === `${folder}/mod.ts` || folder === parentOf(file)) return undefined;
  return {
    rule: `${folder} is entered through its mod.ts`,
    remedy: "import it from there, and name it there if it is for others",
  };
}

function packageBreach(file: string, specifier: string): Breach | undefined {
  const name = packageOf(specifier);
  const owners = PACKAGES[name];
  if (owners?.some((owner) => file.startsWith(`src/${owner}/`))) return undefined;
  if (!owners) {
    return {
      rule: `no folder owns the package ${name}`,
      remedy: "name its folder in tools/import_rules.ts, or use what the project has",
    };
  }
  return {
    rule: `${name} is imported only in ${owners.map((owner) => `src/${owner}`).join(" and ")}`,
    remedy: `use what src/${owners[0]} exports`,
  };
}

function packageOf(specifier: string): string {
  const bare = specifier.replace(/^npm:\/?/, "");
  const parts = bare.split("/").slice(0, bare.startsWith("@") ? 2 : 1);
  return parts.join("/").replace(/(?<=.)@[^/]*$/, "");
}

/** `src/sip/dns/x.ts` → `sip`; empty outside `src/`. */
function folderOf(file: string): string {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? "";
}

function parentOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

function resolve(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

const STATIC = /^[ \t]*(import|export)\b([^"'`;]*?)\bfrom\s*["']([^"']+)["']/gm;
const BARE = /^[ \t]*import\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']/g;

function importsOf(text: string): Import[] {
  const code = codeLines(text).join("\n");
  const lineAt = (index: number) => code.slice(0, index).split("\n").length;
  const imports: Import[] = [];
  for (const match of code.matchAll(STATIC)) {
    const line = lineAt(match.index + match[0].length);
    imports.push({ line, specifier: match[3], lazy: /^\s*type\b/.test(match[2]), dynamic: false });
  }
  for (const match of code.matchAll(BARE)) {
    imports.push({ line: lineAt(match.index), specifier: match[1], lazy: false, dynamic: false });
  }
  for (const match of code.matchAll(DYNAMIC)) {
    imports.push({ line: lineAt(match.index), specifier: match[1], lazy: true, dynamic: true });
  }
  return imports;
}

/** The lines with those of comments emptied; line numbers stay. */
function codeLines(text: string): string[] {
  return text.split("\n").map((line) =>
    /^\s*(\/\/|\/\*|\*)/.test(line) ? "" : line.replace(/\s\/\/ .*$/, "")
  );
}
