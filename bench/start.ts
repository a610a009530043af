// deno-lint-ignore-file no-console
/**
 * From the start of a command to its first message on the wire: the checkout and the bundle that is
 * installed, by turns, beside a Deno that does nothing.
 *
 *     deno run --allow-all bench/start.ts [ROUNDS]
 */
import { pause } from "../tests/support/pause.ts";
import { cpuSeconds } from "./whole_call/process_usage.ts";
import { spread } from "./whole_call/statistics.ts";
import { launchArguments } from "../src/config/values/launch.ts";
import { bundleForm, checkoutForm, makeBundle, type PhoneForm } from "../tools/bundle/mod.ts";

const ROUNDS = Number(Deno.args[0] ?? 11);
const folder = await Deno.makeTempDir({ prefix: "offhook-start-" });
const env: Record<string, string> = {
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  OFFHOOK_PASSWORD: "none",
  NO_COLOR: "1",
};

await makeBundle(`${folder}/bundle`);
const FORMS: Record<string, PhoneForm> = {
  checkout: checkoutForm(new URL("../", import.meta.url).pathname),
  installed: bundleForm(`${folder}/bundle`),
};

function start({ config, main }: PhoneForm, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...launchArguments(config, main), ...args],
    cwd: folder,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

interface Sample {
  wall: number;
  cpu: number;
}

/** The far end: says when a request of that method first comes, and answers nothing. */
class FarEnd {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly place = `127.0.0.1:${(this.#socket.addr as Deno.NetAddr).port}`;

  async first(method: string): Promise<void> {
    for (;;) {
      const [bytes] = await this.#socket.receive(new Uint8Array(65_536));
      if (new TextDecoder().decode(bytes).startsWith(`${method} `)) return;
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** @param args `PLACE` is where the far end is */
async function untilFirst(
  form: PhoneForm,
  method: string,
  args: readonly string[],
  warmsUp: boolean,
): Promise<Sample> {
  const far = new FarEnd();
  const started = performance.now();
  const child = start(form, args.map((each) => each.replace("PLACE", far.place)));
  await far.first(method);
  const wall = performance.now() - started;
  const cpu = cpuOf(child.pid);
  // Deno keeps what it has compiled a while after it was used.
  if (warmsUp) await pause(1_500);
  end(child);
  await child.status;
  far.close();
  return { wall, cpu };
}

/** ms; a command that only told a station what to do may be gone. */
function cpuOf(pid: number): number {
  try {
    return 1_000 * cpuSeconds(pid);
  } catch {
    return NaN;
  }
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}

async function untilEnd(form: PhoneForm, args: readonly string[]): Promise<Sample> {
  const started = performance.now();
  await start(form, args).status;
  return { wall: performance.now() - started, cpu: NaN };
}

/** A station of the form, without an account; its socket is where commands look. */
async function station(form: PhoneForm): Promise<Deno.ChildProcess> {
  const child = start(form, ["station", "--mic", "silence", "--speaker", "null"]);
  while (!(await start(form, ["status"]).status).success) {
    await pause(200);
  }
  return child;
}

const CALL = ["sip:nobody@PLACE", "--mic", "silence", "--speaker", "null"];
const REGISTRATION = ["register", "--server", "PLACE", "--user", "alice"];
type Job = (form: PhoneForm, warmsUp: boolean) => Promise<Sample>;
const JOBS: Record<string, Job> = {
  "version": (form) => untilEnd(form, ["version"]),
  "dial → INVITE": (form, warmsUp) => untilFirst(form, "INVITE", ["dial", ...CALL], warmsUp),
  "register → REGISTER": (form, warmsUp) => untilFirst(form, "REGISTER", REGISTRATION, warmsUp),
};

async function measure(job: Job, forms: Record<string, PhoneForm>): Promise<string[]> {
  const samples = new Map<string, Sample[]>(Object.keys(forms).map((name) => [name, []]));
  // The first two fill Deno's caches.
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, form] of Object.entries(forms)) {
      const sample = await job(form, round < 0);
      if (round >= 0) samples.get(name)!.push(sample);
    }
  }
  return [...samples].map(([name, all]) => {
    const cpu = spread(all.map((each) => each.cpu)).median;
    const wall = spread(all.map((each) => each.wall)).median.toFixed(0);
    return `${name} ${wall} ms${Number.isNaN(cpu) ? "" : ` (CPU ${cpu.toFixed(0)})`}`;
  });
}

function say(what: string, results: readonly string[]): void {
  console.log(`${what.padEnd(24)} ${results.join(", ")}   load ${Deno.loadavg()[0]!.toFixed(1)}`);
}

try {
  await Deno.writeTextFile(`${folder}/bundle/nothing.js`, "");
  const nothing = { ...FORMS.installed!, main: `${folder}/bundle/nothing.js` };
  say("Deno alone", await measure((form) => untilEnd(form, []), { "": nothing }));
  for (const [what, job] of Object.entries(JOBS)) say(what, await measure(job, FORMS));
  const running = await station(FORMS.installed!);
  const detached: Job = (form) => untilFirst(form, "INVITE", ["dial", "--detach", CALL[0]!], false);
  say("dial --detach → INVITE", await measure(detached, FORMS));
  say("status", await measure((form) => untilEnd(form, ["status"]), FORMS));
  running.kill("SIGTERM");
  await running.status;
} finally {
  await Deno.remove(folder, { recursive: true });
}
