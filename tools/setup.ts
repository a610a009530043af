// deno-lint-ignore-file no-console
/**
 * Everything that must be on the machine before the phone or its tests run.
 *
 *     npm packages ─► naudiodon's binary (may fail) ─► with --test: the peers from Debian (may fail)
 *
 * Runs before anything is installed, so it imports nothing from npm. When all is done it costs one
 * read of two files and some look-ups. It says what it does in one line, and only when that takes
 * time; words go to stderr. Only missing npm packages are an error: without the rest the phone and
 * the other tests still run.
 */
import { createHash } from "node:crypto";
import {
  has,
  type Requirement,
  type RequirementName,
  REQUIREMENTS,
} from "../tests/support/requirements.ts";

/** What the interop, device and acceptance tests use; the rest of the table is only ever probed. */
const TEST_REQUIREMENTS: readonly RequirementName[] = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "kamailio-presence",
  "baresip",
  "linphone",
  "rtpengine",
  "coturn",
  "chromium",
  "iptables",
  "ip",
  "sipp",
  "pulseaudio",
  "pactl",
  "alsa-pulse",
  "portaudio",
  "spandsp",
  "libusb",
  "sox",
  "aplay",
  "espeak",
  "openssl",
  "tmux",
  "jq",
  "c++",
  "qemu",
  "busybox",
  "cpio",
];

const ROOT = new URL("../", import.meta.url);
const STAMP = new URL("node_modules/.offhook-setup", ROOT);

/** ms after which somebody who waits is told that it goes on. */
const PATIENCE_MS = 10_000;

function say(line: string): void {
  console.error(`setup: ${line}`);
}

/** Says that it goes on for as long as it does. */
async function during<T>(what: string, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => {
    say(`still ${what} (${Math.round((performance.now() - started) / 1_000)} s) …`);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Runs a program quietly; its output comes back only for a reason when it fails. */
async function run(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ ok: boolean; output: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      env: { NO_COLOR: "1", ...env },
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { ok: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    return { ok: false, output: error instanceof Error ? error.message : String(error) };
  }
}

const lastLines = (output: string, count: number): string =>
  output.trimEnd().split("\n").slice(-count).join("\n");

async function textOf(url: URL | string): Promise<string> {
  return await Deno.readTextFile(url).catch(() => "");
}

/** Changes when the packages that we want change, or the way to install them. */
async function wantedPackages(): Promise<string> {
  const config = JSON.parse(await textOf(new URL("deno.json", ROOT)));
  const wanted = JSON.stringify([
    Deno.version.deno,
    config.imports,
    config.links,
    config.nodeModulesDir,
  ]);
  return createHash("sha256").update(wanted).digest("hex");
}

/** What to do about a failed installation, by what it said. */
function adviceOn(output: string): string {
  if (/lockfile is out of date/.test(output)) {
    return "deno.json names packages that deno.lock has not: run deno install, and commit deno.lock";
  }
  if (/UnknownIssuer|invalid peer certificate/.test(output)) {
    return "is there a proxy with an authority of its own? Then: export DENO_TLS_CA_STORE=system";
  }
  if (/Permission denied|Read-only file system/.test(output)) {
    return "they go to node_modules in the checkout: run this once as somebody who may write there";
  }
  return "is the npm registry reachable?";
}

/** Installs the npm packages unless the stamp says that these very ones are there. */
async function installPackages(): Promise<boolean> {
  const wanted = await wantedPackages();
  if (await textOf(STAMP) === wanted) return true;
  say("fetching the npm packages of deno.lock, into node_modules …");
  const installing = run(Deno.execPath(), ["install", "--quiet", "--frozen"]);
  const { ok, output } = await during("fetching npm packages", installing);
  if (!ok) {
    say(`the npm packages could not be installed; ${adviceOn(output)}\n${lastLines(output, 5)}`);
    return false;
  }
  await Deno.writeTextFile(STAMP, wanted);
  return true;
}

/**
 * Builds naudiodon's addon where that is possible. What failed is not tried again, and not said again,
 * before the packages change; the tests try each time, as a compiler may have come with the peers.
 */
async function buildNaudiodon(again: boolean): Promise<void> {
  const { buildNaudiodon } = await import("./build_naudiodon.ts");
  const { naudiodonFolder } = await import("../src/device_host/native/audio/naudiodon_path.ts");
  const failure = `${naudiodonFolder()}.failed`;
  const packages = await textOf(STAMP);
  if (!again && await textOf(failure) === packages) return;
  const { ok } = await during("building naudiodon", buildNaudiodon({ say }));
  if (ok) await Deno.remove(failure).catch(() => {});
  else await Deno.writeTextFile(failure, packages);
}

/** Installs the Debian packages of absent requirements where we are root and have apt. */
async function installPeers(): Promise<void> {
  const absent = TEST_REQUIREMENTS.filter((name) => !has(name));
  if (absent.length === 0) return;
  const table: Record<RequirementName, Requirement> = REQUIREMENTS;
  const packages = [...new Set(absent.flatMap((name) => table[name].packages))];
  const apt = (await run("apt-get", ["--version"])).ok;
  if (Deno.uid() !== 0 || !apt) {
    const why = apt ? "only root may install packages" : "there is no apt-get here";
    return say(
      `${why}: tests that need ${absent.join(", ")} will be skipped.` +
        (apt
          ? ` To have them: sudo apt-get install --no-install-recommends ${packages.join(" ")}`
          : ""),
    );
  }
  say(`installing from Debian what only the tests call: ${packages.join(" ")} …`);
  const failed = await during("installing packages", aptInstall(packages));
  if (failed.length > 0) {
    const names = absent.filter((name) => table[name].packages.some((one) => failed.includes(one)));
    say(
      `could not be installed: ${failed.join(" ")}; tests that need ${
        names.join(", ")
      } will be skipped.`,
    );
  }
}

/** @returns the packages that could not be installed */
async function aptInstall(packages: string[]): Promise<string[]> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = (names: string[]) =>
    run("apt-get", ["install", "--yes", "--quiet", "--no-install-recommends", ...names], env);
  // Package lists may be missing (container images) or old; a failure here shows below.
  await run("apt-get", ["update", "--quiet"], env);
  const all = await install(packages);
  if (all.ok) return [];
  say(`apt-get: ${lastLines(all.output, 1)}; trying one by one …`);
  const failed: string[] = [];
  for (const name of packages) {
    if (!(await install([name])).ok) failed.push(name);
  }
  return failed;
}

const forTests = Deno.args.includes("--test");
if (!await installPackages()) Deno.exit(1);
if (forTests) await installPeers();
await buildNaudiodon(forTests);
