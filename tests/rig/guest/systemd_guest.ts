/**
 * Runs in the rig's guest: the shipped system unit under a real systemd, which is process 1 of a
 * namespace of its own, with a practice PBX beside it.
 *
 *     systemd ─► offhook.service (hardened) ─► registers at the PBX ◄─ this test
 */
import assert from "node:assert/strict";
import { RemotePhone } from "../../../src/control/client/remote_phone.ts";
import { PracticePbx } from "../../../src/lab/practice_pbx.ts";
import { checkoutForm } from "../../../tools/bundle/mod.ts";
import { launcher } from "../../../tools/install.ts";
import { until } from "./place.ts";

const ROOT = decodeURIComponent(new URL("../../..", import.meta.url).pathname).replace(/\/$/, "");
/** Where the service sees Deno: homes and /tmp are hidden from it. */
const DENO = "/opt/deno";
const CONFIG = "/etc/offhook/station.toml";
/** Emulated machines start Deno slowly. */
const START_MS = 100_000;
/** Instead of 30 s: a test does not wait that long for a death. */
const WATCHDOG_S = 10;

const TARGET = `[Unit]
Description=what the test needs
Wants=systemd-journald.service
`;
/** The checkout may be where the unit hides everything; what Deno has compiled is known by its path. */
const DIFFERENT = `[Service]
WatchdogSec=${WATCHDOG_S}
TimeoutStartSec=${START_MS / 1000}
ProtectHome=${/^\/(home|root|run\/user)\//.test(ROOT) ? "tmpfs" : "yes"}
BindReadOnlyPaths=${ROOT}
`;

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, `${program} ${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

class Systemd {
  readonly #child: Deno.ChildProcess;
  #pid = "";

  private constructor() {
    this.#child = new Deno.Command("unshare", {
      args: ["--pid", "--fork", "--mount", "--mount-proc", "/usr/lib/systemd/systemd", "--system"]
        .concat("--unit=rig.target", "--log-target=journal", "--show-status=no"),
      env: { container: "rig" },
      cwd: "/",
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  static async start(): Promise<Systemd> {
    await run("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup").catch(() => "mounted already");
    const units = "/run/systemd/system";
    await Deno.mkdir(`${units}/offhook.service.d`, { recursive: true });
    await Deno.writeTextFile(`${units}/rig.target`, TARGET);
    await Deno.writeTextFile(`${units}/offhook.service.d/rig.conf`, DIFFERENT);
    await Deno.copyFile(
      `${ROOT}/config/systemd/system/offhook.service`,
      `${units}/offhook.service`,
    );
    // What a machine does at its start and this one has done already.
    for (const name of ["systemd-udev-trigger", "systemd-udevd", "kmod-static-nodes"]) {
      await Deno.symlink("/dev/null", `${units}/${name}.service`).catch(() => {});
    }
    const systemd = new Systemd();
    systemd.#pid = await until(async () => {
      const children = await run("ps", "-o", "pid=", "--ppid", String(systemd.#child.pid))
        .catch(() => "");
      return children.trim() || undefined;
    });
    await until(async () =>
      await systemd.ctl("is-active", "rig.target").catch(() => "") === "active" || undefined
    );
    return systemd;
  }

  async ctl(...args: string[]): Promise<string> {
    return await this.#inside("systemctl", ...args);
  }

  async property(name: string): Promise<string> {
    return await this.ctl("show", "--value", "-p", name, "offhook.service");
  }

  /** The journal's lines of the unit. */
  async journal(): Promise<Record<string, string>[]> {
    const text = await this.#inside("journalctl", "-u", "offhook.service", "-o", "json");
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** In systemd's own namespaces; process ids there are its own, too. */
  async inside(...command: string[]): Promise<string> {
    const [program, ...args] = command;
    return await this.#inside(program!, ...args);
  }

  async #inside(program: string, ...args: string[]): Promise<string> {
    const text = await run("nsenter", "-t", this.#pid, "-m", "-p", program, ...args);
    return text.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The end of a namespace's first process is the end of all of them.
    await run("kill", "-KILL", this.#pid).catch(() => {});
    await this.#child.status;
  }
}

async function install(): Promise<void> {
  await Deno.writeTextFile(DENO, "");
  await run("mount", "--bind", Deno.execPath(), DENO);
  for (const group of ["audio", "plugdev", "input", "gpio"]) await run("groupadd", "-f", group);
  await run("useradd", "--system", "--groups", "audio,plugdev,input,gpio", "offhook");
  await Deno.writeTextFile("/usr/local/bin/offhook", launcher(DENO, checkoutForm(ROOT)), {
    mode: 0o755,
  });
  await bringCompiled();
}

/** An emulated machine takes a minute to compile what is compiled already. */
async function bringCompiled(): Promise<void> {
  const from = Deno.env.get("DENO_DIR")!, to = "/var/cache/offhook";
  await Deno.mkdir(`${to}/gen/file${ROOT}`, { recursive: true });
  await run("cp", "-r", `${from}/gen/file${ROOT}/.`, `${to}/gen/file${ROOT}`).catch(() => "");
  const caches = [...Deno.readDirSync(from)].map(({ name }) => name)
    .filter((name) => /^(dep|node)_analysis_cache/.test(name));
  for (const name of caches) await run("cp", `${from}/${name}`, to);
  await run("chown", "-R", "offhook", to);
}

async function configure(place: string, more = ""): Promise<void> {
  await Deno.mkdir("/etc/offhook", { recursive: true });
  const text = `[accounts.alice]
user = "alice"
server = "${place}"
transport = "udp"
password_file = "alice.password"
[audio]
mic = "tone"
speaker = "null"
[logging]
level = "info"
${more}`;
  for (const [path, content] of [[CONFIG, text], ["/etc/offhook/alice.password", "secret\n"]]) {
    await Deno.writeTextFile(path!, content!, { mode: 0o600 });
    await run("chown", "offhook", path!);
  }
}

async function socketPath(): Promise<string> {
  const found = await run("find", "/run/offhook", "-name", "control.sock");
  return found.trim();
}

Deno.test("the system unit under systemd", async (t) => {
  const pbx = await PracticePbx.start({
    listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
    users: new Map([["alice", "secret"]]),
    log: () => {},
  });
  const place = `127.0.0.1:${pbx.listening[0]!.port}`;
  await install();
  await configure(place);
  await using systemd = await Systemd.start();
  const failed = async (error: unknown) => {
    const journal = (await systemd.journal().catch(() => [])).map(({ MESSAGE }) => MESSAGE);
    throw new Error(`${error}\n${journal.join("\n")}`, { cause: error });
  };

  await t.step("it is started when it says READY, and registers", async () => {
    await systemd.ctl("start", "offhook.service").catch(failed);
    assert.equal(await systemd.property("ActiveState"), "active");
    await until(async () =>
      await systemd.property("StatusText") === "1 of 1 accounts registered, 0 calls" || undefined
    ).catch(failed);
  });

  await t.step(
    "the hardening holds: no privileges, filtered calls, a read-only system",
    async () => {
      const pid = await systemd.property("MainPID");
      const status = await systemd.inside("cat", `/proc/${pid}/status`);
      assert.match(status, /^NoNewPrivs:\s+1$/m);
      assert.match(status, /^Seccomp:\s+2$/m);
      assert.match(status, /^CapEff:\s+0+$/m);
      const mounts = await systemd.inside("cat", `/proc/${pid}/mountinfo`);
      assert.match(mounts, / \/ ro[, ]/);
      assert.match(mounts, / \/home /);
    },
  );

  await t.step("a call goes through it, with media and its own device host", async () => {
    const phone = await RemotePhone.connect({ address: await socketPath(), deadlineMs: 30_000 });
    try {
      const { call } = await phone.request("dial", { target: "600" });
      await until(async () => {
        const { calls } = await phone.request("status", {});
        return calls.find(({ id, state }) => id === call && state === "active");
      });
      await until(async () => (await phone.request("headsets", {})).on || undefined);
      await phone.request("hangup", { call });
      await until(async () => {
        const { records } = await phone.request("history", {});
        return records.find(({ id, endedAt }) => id === call && endedAt !== null);
      });
    } finally {
      await phone.close();
    }
    const lines = await systemd.journal();
    const ofCall = lines.filter(({ MESSAGE }) => /"call":/.test(MESSAGE ?? ""));
    assert.ok(ofCall.length >= 3, JSON.stringify(lines));
    assert.ok(ofCall.every(({ PRIORITY }) => /^[46]$/.test(PRIORITY!)));
    assert.ok(
      lines.every(({ MESSAGE }) => !/no headset buttons|device host|denied/i.test(MESSAGE!)),
    );
  });

  await t.step("systemctl reload takes a changed configuration", async () => {
    const pid = await systemd.property("MainPID");
    await configure(place, "[station]\ndo_not_disturb = true\n");
    await systemd.ctl("reload", "offhook.service");
    const phone = await RemotePhone.connect({ address: await socketPath(), deadlineMs: 30_000 });
    await until(async () => (await phone.request("status", {})).doNotDisturb || undefined)
      .finally(() => phone.close());
    assert.equal(await systemd.property("MainPID"), pid);
    await until(async () => await systemd.property("ActiveState") === "active" || undefined);
  });

  await t.step("one that stands still is started again", async () => {
    const pid = await systemd.property("MainPID");
    await systemd.inside("kill", "-STOP", pid);
    await until(
      async () => await systemd.property("NRestarts") === "1" || undefined,
      WATCHDOG_S * 1000 + 60_000,
    ).catch(failed);
    await until(
      async () => await systemd.property("ActiveState") === "active" || undefined,
      START_MS,
    ).catch(failed);
    assert.notEqual(await systemd.property("MainPID"), pid);
  });

  await t.step("an end is an end: un-registered, and nothing left to restart", async () => {
    await until(async () =>
      (await systemd.property("StatusText")).startsWith("1 of 1") || undefined
    );
    await systemd.ctl("stop", "offhook.service");
    assert.equal(await systemd.property("Result"), "success");
    assert.equal(await systemd.property("ActiveState"), "inactive");
    assert.equal((await run("find", "/run", "-maxdepth", "1", "-name", "offhook")).trim(), "");
  });
  await pbx.close();
});
