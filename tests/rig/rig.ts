/**
 * Boots the rig (rig.sh) once for a file of guest tests, and reports each of their steps as a step of
 * its own here.
 */
// deno-lint-ignore-file no-console
import assert from "node:assert/strict";
import { readJunit } from "../../tools/junit.ts";
import { missing, type RequirementName } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const HERE = decodeURIComponent(new URL(".", import.meta.url).pathname);
/** Two minutes under emulation on two slow cores; what is more is a machine that hangs. */
const LIMIT_SECONDS = 300;

/** Runs rig.sh. What the guest prints is passed on as it comes: who waits sees that it lives. */
async function rig(...args: string[]): Promise<{ code: number; text: string }> {
  const folder = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  const child = new Deno.Command(`${HERE}rig.sh`, {
    args,
    env: { NO_COLOR: "1", DENO_DIR: Deno.env.get("DENO_DIR") ?? folder },
    cwd: `${HERE}../..`,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const take = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (args[0] === "run") console.error(part.trimEnd());
    }
  };
  const [{ code }] = await Promise.all([child.status, take(child.stdout), take(child.stderr)]);
  return { code, text };
}

/** What the guest runs is compiled here, where it is fast and stays. */
const PROGRAMS = ["main.ts", "src/media/worker.ts", "src/device_host/main.ts"];

async function compile(guest: string): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-lock", ...PROGRAMS, guest],
    cwd: `${HERE}../..`,
  }).output();
}

/** Why no machine can be had here; undefined when it can. */
async function whyNoMachine(needs: readonly RequirementName[]): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return "the rig needs Linux on x86-64";
  }
  const reason = missing(["qemu", "busybox", "cpio", ...needs]);
  if (reason !== undefined) return reason;
  const { code, text } = await rig("build");
  return code === 0 ? undefined : text.match(/rig: FAILED: (.*)/)?.[1] ?? "the rig does not build";
}

/**
 * Registers a test that runs `guest/FILE` in the machine.
 *
 * @param steps how many steps it has at least
 */
export async function rigTest(
  name: string,
  file: string,
  { needs = [], steps: least, modules = [] }: {
    needs?: readonly RequirementName[];
    steps: number;
    modules?: string[];
  },
): Promise<void> {
  testUnless(await whyNoMachine(needs), name, async (t) => {
    await compile(`${HERE}guest/${file}`);
    const out = await Deno.makeTempDir({ prefix: "offhook-rig-" });
    const { code, text } = await rig(
      ...["run", "-o", out, "-t", String(LIMIT_SECONDS)],
      ...modules.flatMap((module) => ["-m", module]),
      ...["--", Deno.execPath(), "test", "-A", "--no-check", "--quiet"],
      ...["--junit-path=/run/rig/out/junit.xml", `${HERE}guest/${file}`],
    );
    const xml = await Deno.readTextFile(`${out}/junit.xml`).catch(() => "");
    await Deno.remove(out, { recursive: true });
    const steps = xml.match(/<testcase [\s\S]*?<\/testcase>/g)?.slice(1) ?? [];
    for (const step of steps) {
      const title = /name="[^"]*? &gt; ([^"]*)"/.exec(step)?.[1] ?? "?";
      await t.step(
        title.replaceAll("&apos;", "'"),
        () => assert.deepEqual(readJunit(step).failed, [], text),
      );
    }
    assert.ok(steps.length >= least, text);
    assert.equal(code, 0, text);
  }, { timeout: (LIMIT_SECONDS + 60) * 1000 });
}
