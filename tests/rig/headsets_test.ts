/**
 * Headsets under a real kernel: boots the rig once, runs guest/headsets_guest.ts in it, and reports
 * each of its steps as a test of its own.
 */
import assert from "node:assert/strict";
import { readJunit } from "../../tools/junit.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const HERE = decodeURIComponent(new URL(".", import.meta.url).pathname);
/** Two minutes under emulation on two slow cores; what is more is a machine that hangs. */
const LIMIT_SECONDS = 300;

const reason = Deno.build.os !== "linux" || Deno.build.arch !== "x86_64"
  ? "the rig needs Linux on x86-64"
  : missing(["qemu", "busybox", "cpio"]);

async function rig(...args: string[]): Promise<{ code: number; text: string }> {
  const folder = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  const { code, stdout, stderr } = await new Deno.Command(`${HERE}rig.sh`, {
    args,
    env: { NO_COLOR: "1", DENO_DIR: Deno.env.get("DENO_DIR") ?? folder },
    cwd: `${HERE}../..`,
  }).output();
  const decoder = new TextDecoder();
  return { code, text: `${decoder.decode(stdout)}\n${decoder.decode(stderr)}` };
}

/** Why no machine can be had here, although the programs are there: no network for the kernel. */
async function whyNoMachine(): Promise<string | undefined> {
  if (reason !== undefined) return reason;
  const { code, text } = await rig("build");
  return code === 0 ? undefined : text.match(/rig: FAILED: (.*)/)?.[1] ?? "the rig does not build";
}

testUnless(await whyNoMachine(), "headsets in the rig", async (t) => {
  const out = await Deno.makeTempDir({ prefix: "offhook-rig-" });
  const { code, text } = await rig(
    ...["run", "-o", out, "-t", String(LIMIT_SECONDS), "--"],
    ...[Deno.execPath(), "test", "-A", "--no-check", "--quiet"],
    ...["--junit-path=/run/rig/out/junit.xml", `${HERE}guest/headsets_guest.ts`],
  );
  const xml = await Deno.readTextFile(`${out}/junit.xml`).catch(() => "");
  await Deno.remove(out, { recursive: true });
  const steps = xml.match(/<testcase [\s\S]*?<\/testcase>/g)?.slice(1) ?? [];
  for (const step of steps) {
    const name = /name="[^"]*? &gt; ([^"]*)"/.exec(step)?.[1] ?? "?";
    await t.step(
      name.replaceAll("&apos;", "'"),
      () => assert.deepEqual(readJunit(step).failed, [], text),
    );
  }
  assert.ok(steps.length > 10, text);
  assert.equal(code, 0, text);
}, { timeout: (LIMIT_SECONDS + 60) * 1000 });
