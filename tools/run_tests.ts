// deno-lint-ignore-file no-console
/**
 * Runs the tests, level by level, and ends with one line that counts them.
 *
 *     levels or files ─► one `deno test` a group ─► its JUnit report ─► skips with reasons, the count
 *
 * The light levels run their files in parallel, and interop two at a time where they do not disturb
 * each other; acceptance measures and has a terminal, so it runs one after the other. Output streams
 * as it comes.
 *
 *     deno task test                     everything
 *     deno task test unit interop        two levels
 *     deno task test tests/unit/x_test.ts --filter "name"
 *
 * Exit status: 0, or 1 when anything failed.
 */
import { makeBundle } from "./bundle/mod.ts";
import { type GroupReport, readJunit } from "./junit.ts";
import { type Group, planGroups } from "./test_plan.ts";

/** A group that prints nothing for so long hangs: longer than any single test may take. */
const SILENCE_MS = 150_000;

const ROOT = new URL("../", import.meta.url).pathname;

/** Process group of the `deno test` that runs. */
let running: number | undefined;

function say(line = ""): void {
  console.log(line);
}

/** Runs one group to its end; a group that dies or hangs counts as one more failure. */
async function runGroup(group: Group, extra: string[]): Promise<GroupReport> {
  const folder = await Deno.makeTempDir({ prefix: "offhook-tests-" });
  const junit = `${folder}/junit.xml`;
  const args = ["test", "--quiet", "-P=test", "--no-check", `--junit-path=${junit}`, ...extra];
  if (group.jobs !== 1) args.push("--parallel");
  say(`\n== ${group.name} (${group.files.length} files) ==`);
  const started = performance.now();
  if (group.bundled) await makeBundle(`${folder}/bundle`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, ...group.files],
    cwd: ROOT,
    env: {
      ...(Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : {}),
      ...(group.jobs === undefined ? {} : { DENO_JOBS: String(group.jobs) }),
      ...(group.bundled ? { OFFHOOK_BUNDLE: `${folder}/bundle` } : {}),
    },
    stdout: "piped",
    stderr: "piped",
    // A process group of its own: the peers of a group that hangs are killed with it.
    detached: true,
  }).spawn();
  running = child.pid;
  const hang = () => {
    say(`\n${group.name} is killed: it has been silent for ${SILENCE_MS / 1000} s`);
    Deno.kill(-child.pid, "SIGKILL");
  };
  let watchdog = setTimeout(hang, SILENCE_MS);
  const pass = async (from: ReadableStream<Uint8Array>, to: WritableStream<Uint8Array>) => {
    const writer = to.getWriter();
    for await (const bytes of from) {
      clearTimeout(watchdog);
      watchdog = setTimeout(hang, SILENCE_MS);
      await writer.write(bytes);
    }
    writer.releaseLock();
  };
  const passing = [
    pass(child.stdout, Deno.stdout.writable),
    pass(child.stderr, Deno.stderr.writable),
  ];
  const { code } = await child.status;
  running = undefined;
  clearTimeout(watchdog);
  await Promise.all(passing);
  clearTimeout(watchdog);
  const report = readJunit(await Deno.readTextFile(junit).catch(() => ""));
  await Deno.remove(folder, { recursive: true });
  if (code !== 0 && report.failed.length === 0) {
    report.failed.push(`${group.name}: deno test ended with status ${code}`);
  }
  report.seconds = (performance.now() - started) / 1000;
  return report;
}

/** Folders that failed or killed tests of former runs left; those of a day are still of use. */
async function sweep(): Promise<void> {
  const place = Deno.env.get("TMPDIR") ?? "/tmp";
  const tooOld = Date.now() - 24 * 3_600_000;
  for await (const { name } of Deno.readDir(place)) {
    if (!/^offhook-(peers|tests|demo|notify)-/.test(name)) continue;
    const path = `${place}/${name}`;
    try {
      const { mtime } = await Deno.lstat(path);
      if (mtime !== null && mtime.getTime() < tooOld) await Deno.remove(path, { recursive: true });
    } catch {
      // Somebody else's, or gone already.
    }
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (running !== undefined) Deno.kill(-running, "SIGKILL");
    Deno.exit(130);
  });
}

const flags: string[] = [];
const wanted: string[] = [];
for (let i = 0; i < Deno.args.length; i++) {
  if (Deno.args[i] === "--filter") flags.push(Deno.args[i], Deno.args[++i] ?? "");
  else if (Deno.args[i].startsWith("-")) flags.push(Deno.args[i]);
  else wanted.push(Deno.args[i]);
}

const plan = planGroups(ROOT, wanted);
if (plan.unknown.length > 0) {
  console.error(
    `no such test level or file: ${plan.unknown.join(", ")}; levels are ${plan.levels.join(", ")}`,
  );
  Deno.exit(2);
}

await sweep();
const reports: { group: Group; report: GroupReport }[] = [];
for (const group of plan.groups) reports.push({ group, report: await runGroup(group, flags) });

const failed = reports.flatMap(({ report }) => report.failed);
const skipped = reports.flatMap(({ report }) => report.skipped);
const passed = reports.reduce((sum, { report }) => sum + report.passed, 0);

say("\n== summary ==");
for (const { group, report } of reports) {
  say(`${group.name}: ${report.passed} passed in ${report.seconds.toFixed(1)} s`);
}
if (skipped.length > 0) say("\nskipped:");
for (const { name, reason } of skipped) say(`  ${name}: ${reason}`);
if (failed.length > 0) say("\nfailed:");
for (const name of failed) say(`  ${name}`);
say(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
if (failed.length > 0) Deno.exit(1);
