/** Which test files run together, and which of them in parallel. */
import { readdirSync, statSync } from "node:fs";

/** Files that one `deno test` runs. */
export interface Group {
  name: string;
  files: string[];
  /** Files that run at a time; absent: as many as there are cores. */
  jobs?: number;
  /** They start the phone as it is installed: a bundle. */
  bundled?: true;
}

export interface TestPlan {
  groups: Group[];
  /** Arguments that name neither a level nor a file. */
  unknown: string[];
  levels: readonly string[];
}

/** In the order in which they run: what fails fast comes first. */
const LEVELS = ["unit", "contract", "integration", "interop", "acceptance", "rig"] as const;

/** Their tests stay inside their own process; the others share the machine's peers, CPU and devices. */
const PARALLEL: ReadonlySet<string> = new Set(["unit", "contract"]);

/** Interop tests wait most of the time, for peers and for sound: two files share the machine well. */
const INTEROP_JOBS = 2;
/** Not these: they measure, have a card, or make network namespaces whose names are the process's. */
const ALONE = /(bad_network|cable|ice_nat|qos|sound_card|server_restart|webrtc_chromium)_test\.ts$/;

/** Of acceptance, what runs with the installed phone too: every part of it that is a file of its own. */
const BUNDLED =
  /\/(call|cli|config|device_call|device_station|encryption|live_audio|narrow|tui)_test\.ts$/;

/** Every `*_test.ts` or `*_test.tsx` below a folder, sorted, relative to `root`; none when it is absent. */
function testFiles(root: string, folder: string): string[] {
  try {
    return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((path) => /_test\.tsx?$/.test(path))
      .map((path) => `${folder}/${path}`)
      .sort();
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * @param root folder of the checkout
 * @param wanted level names, folders and files; empty: everything
 */
export function planGroups(root: string, wanted: readonly string[]): TestPlan {
  const names = wanted.length === 0 ? LEVELS : wanted;
  const unknown: string[] = [];
  const groups: Group[] = [];
  const single: string[] = [];
  for (const name of names) {
    const isLevel = (LEVELS as readonly string[]).includes(name);
    const files = isLevel ? testFiles(root, `tests/${name}`) : testFiles(root, name);
    if (isLevel && name === "interop") groups.push(...interopGroups(files));
    else if (isLevel && name === "acceptance") groups.push(...acceptanceGroups(files));
    else if (files.length > 0) {
      groups.push({ name, files, ...(PARALLEL.has(name) ? {} : { jobs: 1 }) });
    } else if (isFile(name) || isFile(`${root}/${name}`)) single.push(name);
    else if (!isLevel) unknown.push(name);
  }
  if (single.length > 0) groups.push({ name: "files", files: single, jobs: 1 });
  return { groups, unknown, levels: LEVELS };
}

function interopGroups(files: string[]): Group[] {
  const alone = files.filter((file) => ALONE.test(file));
  const others = files.filter((file) => !ALONE.test(file));
  return [
    { name: "interop", files: others, jobs: INTEROP_JOBS },
    { name: "interop, one by one", files: alone, jobs: 1 },
  ].filter((group) => group.files.length > 0);
}

function acceptanceGroups(files: string[]): Group[] {
  const groups: Group[] = [
    { name: "acceptance", files, jobs: 1 },
    {
      name: "acceptance, installed",
      files: files.filter((file) => BUNDLED.test(file)),
      jobs: 1,
      bundled: true,
    },
  ];
  return groups.filter((group) => group.files.length > 0);
}
