/**
 * Boots the rig (rig.sh) once for all files of guest tests, and reports each of their steps as a step
 * of its own here.
 */
import assert from "node:assert/strict";
import { readJunit } from "../../tools/junit.ts";
import { missing, type RequirementName } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const HERE = decodeURIComponent(new URL(".", import.meta.url).pathname);
/** Some three minutes under emulation on two idle cores; what is much more is a machine that hangs. */
const LIMIT_SECONDS = 720;

/** What a run of rig.sh has printed so far. */
interface Heard {
  text: string;
}

async function rig(
  args: string[],
  heard: Heard = { text: "" },
): Promise<{ code: number; text: string }> {
  const folder = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  const child = new Deno.Command(`${HERE}rig.sh`, {
    args,
    env: { NO_COLOR: "1", DENO_DIR: Deno.env.get("DENO_DIR") ?? folder },
    cwd: `${HERE}../..`,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const take = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) heard.text += part;
  };
  const [{ code }] = await Promise.all([child.status, take(child.stdout), take(child.stderr)]);
  return { code, text: heard.text };
}

/** What the guest runs is compiled here, where it is fast and stays. */
const PROGRAMS = ["main.ts", "src/media/worker/worker.ts", "src/device_host/main.ts"];

async function compile(guests: string[]): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-lock", ...PROGRAMS, ...guests],
    cwd: `${HERE}../..`,
  }).output();
}

/** Why no machine can be had here; undefined when it can. */
async function whyNoMachine(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return "the rig needs Linux on x86-64";
  }
  const reason = missing(["qemu", "busybox", "cpio"]);
  if (reason !== undefined) return reason;
  const { code, text } = await rig(["build"]);
  return code === 0 ? undefined : text.match(/rig: FAILED: (.*)/)?.[1] ?? "the rig does not build";
}

/** Why a file for which emulation is too slow is left out; undefined when it is not. */
async function whyTooSlow(): Promise<string | undefined> {
  if (Deno.env.get("RIG_SLOW") === "1") return undefined;
  const { text } = await rig(["check"]);
  return /, tcg$/m.test(text) ? "too slow without KVM: RIG_SLOW=1 runs it" : undefined;
}

/** One file of guest tests. */
export interface GuestFile {
  /** Name of its test, here. */
  name: string;
  /** Below guest/. */
  file: string;
  needs?: readonly RequirementName[];
  /** How many steps it has at least. */
  steps: number;
  /** Without KVM it is only run when that is asked for. */
  slow?: boolean;
}

/**
 * Registers a test for each guest file. The first that runs boots the machine for all of them; each ends
 * when its own file has.
 *
 * @param modules of the kernel, besides those of rig.sh
 */
export async function rigTests(files: readonly GuestFile[], modules: string[]): Promise<void> {
  const noMachine = await whyNoMachine();
  const tooSlow = noMachine === undefined && files.some(({ slow }) => slow)
    ? await whyTooSlow()
    : undefined;
  const whyNot = ({ needs = [], slow }: GuestFile) =>
    missing(needs) ?? (slow ? tooSlow : undefined);
  const possible = files.filter((file) => whyNot(file) === undefined);
  let machine: Machine | undefined;
  for (const guest of files) {
    const { name, file, steps } = guest;
    testUnless(noMachine ?? whyNot(guest), name, async (t) => {
      machine ??= new Machine(possible.map(({ file }) => file), modules);
      const { text, testcases } = await machine.report(file);
      const [whole, ...own] = testcases;
      for (const each of own) {
        const title = /name="[^"]*? &gt; ([^"]*)"/.exec(each)?.[1] ?? "?";
        await t.step(
          title.replaceAll("&apos;", "'"),
          () => assert.deepEqual(readJunit(each).failed, [], text),
        );
      }
      assert.ok(own.length >= steps, text);
      assert.deepEqual(readJunit(whole!).failed, [], text);
    }, { timeout: (LIMIT_SECONDS + 60) * 1000 });
  }
}

const POLL_MS = 250;

/** One boot, whose guest runs one file after the other and leaves the report of each. */
class Machine {
  readonly #out = Deno.makeTempDirSync({ prefix: "offhook-rig-" });
  readonly #heard: Heard = { text: "" };
  readonly #reports = new Map<string, string>();
  readonly #last: string | undefined;
  #over = false;

  constructor(files: readonly string[], modules: string[]) {
    this.#last = files.at(-1);
    void this.#run(files, modules);
  }

  /** @returns what the guest printed so far, and the test cases of the file's report: none if it died */
  async report(file: string): Promise<{ text: string; testcases: string[] }> {
    for (;;) {
      const over = this.#over;
      const xml = this.#reports.get(file) ?? readIfThere(`${this.#out}/${file}.xml`);
      // the last one sees the machine off
      if (over || (xml !== undefined && file !== this.#last)) {
        const testcases = xml?.match(/<testcase [\s\S]*?<\/testcase>/g) ?? [];
        return { text: this.#heard.text, testcases };
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #run(files: readonly string[], modules: string[]): Promise<void> {
    const test = [Deno.execPath(), "test", "-A", "--no-check", "--quiet"].join(" ");
    const runs = files.map((file) =>
      `${test} --junit-path="$RIG_OUT/part" ${HERE}guest/${file}; mv "$RIG_OUT/part" "$RIG_OUT/${file}.xml"`
    );
    try {
      await compile(files.map((file) => `${HERE}guest/${file}`));
      await rig([
        ...["run", "-o", this.#out, "-t", String(LIMIT_SECONDS)],
        ...modules.flatMap((module) => ["-m", module]),
        ...["--", "bash", "-c", runs.join("; ")],
      ], this.#heard);
    } finally {
      for (const file of files) {
        const xml = readIfThere(`${this.#out}/${file}.xml`);
        if (xml !== undefined) this.#reports.set(file, xml);
      }
      await Deno.remove(this.#out, { recursive: true });
      this.#over = true;
    }
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
