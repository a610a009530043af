/**
 * An installed station may do what its configuration needs and no more: it registers, takes calls,
 * records, keeps its history and takes a changed configuration; code inside it reaches nothing else.
 */
import assert from "node:assert/strict";
import { practicePlaces } from "../../src/lab/places.ts";
import { PracticePbx } from "../../src/lab/practice_pbx.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** A bundle is what is installed, unless that is asked for which this file tests first. */
const isBundled = Deno.env.has("OFFHOOK_BUNDLE");
const MAIN = isBundled ? /\/phone-\w+\/main\.js$/ : /\/main\.ts$/;
const decoder = new TextDecoder();

interface Place {
  offhook: string;
  config: string;
  env: Record<string, string>;
}

/** A launcher as `deno task install` writes it, and folders of its own. */
async function place(scratch: Scratch, server: string): Promise<Place> {
  const folders = { c: "XDG_CONFIG_HOME", s: "XDG_STATE_HOME", d: "XDG_DATA_HOME" };
  const env: Record<string, string> = {
    HOME: scratch.file("home"),
    XDG_RUNTIME_DIR: scratch.file("r"),
    OFFHOOK_AUDIO_BACKEND: "none",
    NO_COLOR: "1",
    // A variable that Deno lets no narrowed program hand to another; a password_command may want it.
    LD_RUN_PATH: "/nowhere",
  };
  for (const [name, variable] of Object.entries(folders)) env[variable] = scratch.file(name);
  for (const path of Object.values(env).filter((each) => each.startsWith(scratch.path))) {
    await Deno.mkdir(path, { mode: 0o700 });
  }
  const install = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      `${ROOT}tools/install.ts`,
      "--no-setup",
      "--prefix",
      scratch.path,
      ...(isBundled ? [] : ["--checkout"]),
    ],
    env,
  }).output();
  assert.ok(install.success, decoder.decode(install.stderr));
  const config = scratch.file("etc/station.toml");
  await Deno.mkdir(scratch.file("etc"));
  await Deno.writeTextFile(config, stationToml(server));
  return { offhook: scratch.file("bin/offhook"), config, env: { ...env, OFFHOOK_CONFIG: config } };
}

const stationToml = (server: string, more = "") =>
  `[accounts.alice]
user = "alice"
server = "${server}"
password_command = ["sh", "-c", "test $LD_RUN_PATH = /nowhere && echo alice"]
[audio]
mic = "tone"
speaker = "null"
[station]
max_calls = 2
${more}
`;

async function run({ offhook, env }: Place, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(offhook, { args, env }).output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A station of the launcher, with all that it says. */
function start(scratch: Scratch, { offhook, env }: Place) {
  const station = new Deno.Command(offhook, {
    args: ["station"],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let ended = false;
  const status = station.status.finally(() => ended = true);
  scratch.defer(async () => {
    if (!ended) station.kill("SIGKILL");
    await status;
  });
  const said = new Response(station.stderr).text();
  return { pid: station.pid, status, said, kill: (signal: Deno.Signal) => station.kill(signal) };
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("a station with the permissions of its configuration does all that a station does", () =>
  withScratch(async (scratch) => {
    const pbx = await PracticePbx.start({
      listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
      users: new Map([["alice", "alice"]]),
      log: () => {},
    });
    scratch.defer(() => pbx.close());
    const server = `127.0.0.1:${pbx.listening[0]!.port}`;
    const at = await place(scratch, server);
    const station = start(scratch, at);
    const status = () => run(at, "status", "--json");
    await until("it registers by its password_command", async () => {
      const { code, stdout } = await status();
      if (code !== 0) return undefined;
      return JSON.parse(stdout).accounts[0].registration.state === "registered" || undefined;
    });
    const { station: { pid }, health, links } = JSON.parse((await status()).stdout);
    const { mtu } = links.find(({ kind }: { kind: string }) => kind === "loopback");
    assert.ok(mtu >= 576, "it has the system's files read");
    assert.equal(pid, station.pid, "the launcher became the station");
    assert.deepEqual(health, { works: true, healthy: true, ready: true, reasons: [] });
    const ps = await new Deno.Command("ps", { args: ["-o", "args=", "-p", `${pid}`] }).output();
    assert.match(
      decoder.decode(ps.stdout),
      / --allow-read=\/.* --deny-ffi .*main\.[jt]s station$/m,
    );

    const call = (await run(at, "dial", "600", "--detach")).stdout.trim();
    await until("the echo answers", async () => {
      const { calls } = JSON.parse((await run(at, "calls", "--json")).stdout);
      return calls[0]?.state === "active" || undefined;
    });
    const recording = await run(at, "record", "start", "--json");
    assert.equal(recording.code, 0, recording.stderr);
    assert.equal((await run(at, "record", "stop")).code, 0);
    assert.ok((await Deno.stat(JSON.parse(recording.stdout).path)).size > 44);
    const devices = await run(at, "devices", "--json");
    assert.match(devices.stdout + devices.stderr, /switched off/, "a device host was started");
    await run(at, "hangup", "--call", call);
    await until("the call is in the history", async () => {
      const { stdout } = await run(at, "history", "--json");
      return stdout.includes(call) || undefined;
    });

    await Deno.writeTextFile(at.config, stationToml(server, "do_not_disturb = true"));
    station.kill("SIGHUP");
    await until(
      "it takes the changed configuration",
      async () => JSON.parse((await status()).stdout).doNotDisturb || undefined,
    );
    await until(
      "and registers anew with it",
      async () =>
        JSON.parse((await status()).stdout).accounts[0].registration.state === "registered" ||
        undefined,
    );
    station.kill("SIGTERM");
    assert.equal((await station.status).code, 0, await station.said);
    assert.doesNotMatch(await station.said, /may read and write all files/);
  }));

Deno.test("such a station trusts the authority that its configuration names", () =>
  withScratch(async (scratch) => {
    const { listen, authority } = practicePlaces("127.0.0.1", 0, Date.now());
    const pbx = await PracticePbx.start({
      listen: listen.filter(({ transport }) => transport === "tls"),
      users: new Map([["alice", "alice"]]),
      log: () => {},
    });
    scratch.defer(() => pbx.close());
    const at = await place(scratch, `127.0.0.1:${pbx.listening[0]!.port}`);
    const trust = `transport = "tls"\n[accounts.alice.tls]\nca_file = "authority.pem"\n[audio]`;
    const config = (await Deno.readTextFile(at.config)).replace("[audio]", trust);
    await Deno.writeTextFile(scratch.file("etc/authority.pem"), authority);
    await Deno.writeTextFile(at.config, config);
    const station = start(scratch, at);
    const registration = await until("it has asked its server", async () => {
      const { code, stdout } = await run(at, "status", "--json");
      if (code !== 0) return undefined;
      const { registration } = JSON.parse(stdout).accounts[0];
      return registration.state === "registering" ? undefined : registration;
    });
    assert.equal(registration.state, "registered", JSON.stringify(registration));
    station.kill("SIGTERM");
    assert.equal((await station.status).code, 0, await station.said);
  }));

Deno.test("code inside a station starts no program and reaches no file that nobody named", () =>
  withScratch(async (scratch) => {
    const at = await place(scratch, "127.0.0.1:9");
    await Deno.writeTextFile(
      at.config,
      (await Deno.readTextFile(at.config)).replace(
        /password_command.*/,
        'password_env = "PW_OF_ALICE"',
      ),
    );
    const probed = await intrude(at, ["station"], [
      ...["/etc/shadow", "/etc/passwd", `${at.env.HOME}/.ssh/id_ed25519`, `${at.env.HOME}/.bashrc`],
      ...[`${at.env.HOME}/song.wav`, at.config, "MAIN", "/tmp/x"],
      `${at.env.XDG_STATE_HOME}/offhook/history.db`,
    ]);
    assert.deepEqual(probed, {
      run: [],
      ffi: false,
      sys: ["networkInterfaces", "uid", "homedir"],
      env: ["HOME", "PW_OF_ALICE"],
      read: [at.config, "MAIN", `${at.env.XDG_STATE_HOME}/offhook/history.db`],
      write: [`${at.env.XDG_STATE_HOME}/offhook/history.db`],
      everything: [],
    });
  }));

Deno.test("a person's own station plays and records in some of their folders, or in those named", () =>
  withScratch(async (scratch) => {
    const at = await place(scratch, "127.0.0.1:9");
    await Deno.mkdir(`${at.env.XDG_CONFIG_HOME}/offhook`);
    await Deno.rename(at.config, `${at.env.XDG_CONFIG_HOME}/offhook/config.toml`);
    const home = at.env.HOME!;
    delete at.env.OFFHOOK_CONFIG;
    const paths = [".ssh/id_ed25519", ".bashrc", "bin/x", "song.wav", "Music/song.wav"];
    const probed = await intrude(at, ["station"], paths.map((path) => `${home}/${path}`));
    assert.deepEqual(probed.read, [`${home}/Music/song.wav`]);
    assert.deepEqual(probed.write, [`${home}/Music/song.wav`]);
    const config = `${at.env.XDG_CONFIG_HOME}/offhook/config.toml`;
    await Deno.writeTextFile(config, `${await Deno.readTextFile(config)}folders = ["/srv/x"]\n`);
    const named = ["/srv/x/greeting.wav", `${home}/Music/song.wav`, config];
    assert.deepEqual((await intrude(at, ["station"], named)).write, ["/srv/x/greeting.wav"]);
  }));

Deno.test("a station for which no permissions are found runs all the same, and warns", () =>
  withScratch(async (scratch) => {
    const at = await place(scratch, "127.0.0.1:9");
    const launcher = await Deno.readTextFile(at.offhook);
    await Deno.writeTextFile(at.offhook, launcher.replace(/\/narrow\.[jt]s/, "/not_there"));
    const station = start(scratch, at);
    await until(
      "it serves",
      async () => (await run(at, "status", "--json")).code === 0 || undefined,
    );
    station.kill("SIGTERM");
    assert.equal((await station.status).code, 0, await station.said);
    assert.match(
      await station.said,
      /"warning".*this station may read and write all files of its user/,
    );
  }));

interface Probed {
  read: string[];
  write: string[];
  [kind: string]: unknown;
}

/**
 * What another program could do with the permissions that a station gets, once it serves.
 * @param paths files that it tries; `MAIN`: the program of the phone
 */
async function intrude(at: Place, args: string[], paths: string[]): Promise<Probed> {
  const { flags, main } = await wordsOf(at, args);
  const intruder = `${ROOT}tests/fakes/intruder.ts`;
  const named = paths.map((path) => path === "MAIN" ? main : path);
  // The Deno that the launcher names: it may be a copy beside it.
  const deno = flags.find((flag) => flag.startsWith("--allow-run="))!.slice("--allow-run=".length);
  const { stdout, stderr } = await new Deno.Command(deno, {
    args: [...flags, intruder, at.config, at.env.XDG_RUNTIME_DIR!, ...named],
    env: at.env,
  }).output();
  const said = decoder.decode(stdout) || decoder.decode(stderr);
  return JSON.parse(said.replaceAll(JSON.stringify(main), '"MAIN"'));
}

/** The launcher's own words to Deno, from a Deno that only repeats them. */
async function wordsOf(
  { offhook, env }: Place,
  args: string[],
): Promise<{ flags: string[]; main: string }> {
  const text = await Deno.readTextFile(offhook);
  const told = text.replaceAll(/^(\s*)exec \S+/gm, "$1printf '%s\\n'");
  const { stdout } = await new Deno.Command("sh", { args: ["-c", told, offhook, ...args], env })
    .output();
  const said = decoder.decode(stdout).split("\n");
  const place = said.findIndex((word) => MAIN.test(word));
  return { flags: said.slice(0, place), main: said[place]! };
}
