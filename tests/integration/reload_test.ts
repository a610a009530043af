/** A real station whose configuration changes: SIGHUP, and what is true afterwards. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { aPbx, connect, startStation, type StationScene } from "../peers/station.ts";
import type { Offhook } from "../peers/offhook.ts";

const TOKEN = "viewer-viewer-viewer";
const READ_AGAIN = "the configuration was read again";

interface Scene extends StationScene {
  scratch: Scratch;
  station: Offhook;
  phone: RemotePhone;
  events: Sequenced[];
  /** Writes the configuration, sends SIGHUP and waits for a new line like this on standard error. */
  change(config: string, told?: RegExp): Promise<void>;
}

async function withStation(run: (scene: Scene) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const scene = await aPbx(scratch);
    const station = await startStation(scratch, scene);
    const phone = await connect(scene.socket);
    const events: Sequenced[] = [];
    await phone.subscribe((event) => events.push(event));
    let seen = 0;
    const change = async (config: string, told = new RegExp(READ_AGAIN)) => {
      await Deno.writeTextFile(scene.env.OFFHOOK_CONFIG!, config);
      Deno.kill(station.pid, "SIGHUP");
      const flags = told.flags.includes("s") ? "s" : "";
      const after = new RegExp(`^[^]{${seen}}[^]*?(?:${told.source})`, flags);
      seen = (await station.waitFor("stderr", after))[0].length;
    };
    await run({ ...scene, scratch, station, phone, events, change });
    await phone.close();
  });
}

function account(id: string, place: string, more = ""): string {
  return `[accounts.${id}]
user = "${id}"
server = "${place}"
transport = "udp"
password_file = "${id}.password"
${more}
`;
}

const AT_HOME = `[audio]
mic = "silence"
speaker = "null"
[logging]
level = "info"
`;
const QUIET = `${AT_HOME}[headset]
enabled = false
`;

async function passwordFile(scratch: Scratch, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(scratch.file(name), `${text}\n`, { mode: 0o600 });
}

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    assert.ok(performance.now() < end, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const registration = (events: Sequenced[], id: string, state: string, from = 0) => () =>
  events.slice(from).find((event) =>
    event.type === "registration" && event.account === id && event.registration.state === state
  );

Deno.test("accounts come, change and go; a wrong file changes nothing and is named", () =>
  withStation(async ({ scratch, phone, events, place, change, env, users }) => {
    await passwordFile(scratch, "alice.password", users.get("alice")!);
    await passwordFile(scratch, "bob.password", "bob");
    const ids = async () => (await phone.request("status", {})).accounts.map(({ id }) => id);
    const base = account("alice", place) + QUIET;
    await change(base + account("bob", place));
    await until(registration(events, "bob", "registered"), "bob's registration");
    assert.deepEqual(await ids(), ["alice", "bob"]);
    // The file that is wrong, with its path, the key and what is allowed.
    const wrong = `${base}[station]\nmax_calls = "many"\n`;
    await change(wrong, /the changed configuration is not used: [^\n]*max_calls[^\n]*/);
    await change("accounts = 3", /is not used: [^\n]*config\.toml[^\n]*accounts/);
    assert.deepEqual(await ids(), ["alice", "bob"]);
    const { call } = await phone.request("dial", { target: "600" });
    await phone.request("hangup", { call });
    const before = events.length;
    await change(base);
    assert.deepEqual(await ids(), ["alice"]);
    const told = events.slice(before).find(({ type }) => type === "accounts");
    assert.ok(told?.type === "accounts");
    assert.deepEqual(told.accounts.map(({ id }) => id), ["alice"]);
    await assert.rejects(phone.request("dial", { account: "bob", target: "600" }), /bob/);
    assert.ok(env.OFFHOOK_CONFIG);
  }));

Deno.test("a password that alone has changed is tried at once", () =>
  withStation(async ({ scratch, users, events, place, change }) => {
    await passwordFile(scratch, "alice.password", users.get("alice")!);
    const config = account("alice", place) + QUIET;
    await change(config);
    users.set("alice", "another-secret");
    const before = events.length;
    await change(config);
    await until(registration(events, "alice", "failed", before), "the refusal");
    await passwordFile(scratch, "alice.password", "another-secret");
    const failed = events.length;
    await change(config);
    await until(registration(events, "alice", "registered", failed), "the registration");
  }));

Deno.test("a call survives; what its account becomes waits for its end", () =>
  withStation(async ({ scratch, users, phone, events, place, change }) => {
    await passwordFile(scratch, "alice.password", users.get("alice")!);
    await change(account("alice", place) + QUIET);
    const { call } = await phone.request("dial", { target: "600" });
    await until(() => events.find(({ type }) => type === "call.answered"), "the answer");
    await change(
      account("alice", place, "registration_interval = 77") + QUIET +
        "[station]\nauto_answer = ['*']\ndo_not_disturb = true\n",
      /alice has a live call: its change waits[^]*read again/,
    );
    const during = await phone.request("status", {});
    assert.deepEqual(during.calls.map(({ id, state }) => [id, state]), [[call, "active"]]);
    assert.equal(during.doNotDisturb, true);
    const before = events.length;
    await phone.request("hangup", { call });
    const renewed = await until(registration(events, "alice", "registered", before), "the change");
    assert.equal(renewed.type === "registration" && renewed.registration.state, "registered");
    assert.equal(
      renewed.type === "registration" && renewed.registration.state === "registered" &&
        renewed.registration.expires,
      77,
    );
  }));

Deno.test("control places, health port, log, buttons and history: taken at once, or told", () =>
  withStation(async ({ scratch, users, place, change, station }) => {
    await passwordFile(scratch, "alice.password", users.get("alice")!);
    await passwordFile(scratch, "viewer.token", TOKEN);
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const [port, healthPort] = [probe, other].map(({ addr }) => (addr as Deno.NetAddr).port);
    probe.close();
    other.close();
    const log = scratch.file("station.jsonl");
    const base = account("alice", place);
    await change(`${base}${AT_HOME}
[headset]
busylight = false
[[headset.keys]]
device = "/dev/input/none-of-these"
code = 169
does = "hook-switch"
[station]
history = false
health_port = ${healthPort}
[[station.control]]
listen = "127.0.0.1:${port}"
viewer_token_file = "viewer.token"
`);
    await station.waitFor("stderr", /none-of-these/);
    await station.waitFor("stderr", /station\.history = false is not taken while the station runs/);
    const viewer = await RemotePhone.connect({ address: `ws://127.0.0.1:${port}`, token: TOKEN });
    assert.equal(viewer.hello.role, "viewer");
    const health = await fetch(`http://127.0.0.1:${healthPort}/healthz`);
    // The key that is not there is taken as it is written: told, and not healthy, but no failure.
    const { works, healthy, reasons } = await health.json();
    assert.deepEqual([works, healthy], [true, false]);
    assert.match(reasons.join("\n"), /none-of-these/);
    // Everything goes again, and the log into a file.
    await Deno.writeTextFile(
      scratch.file("config.toml"),
      base + QUIET.replace('"info"', `"info"\nfile = "${log}"`),
    );
    Deno.kill(station.pid, "SIGHUP");
    assert.equal((await viewer.closed)?.code, "no-station");
    const logged = () => Deno.readTextFileSync(log).includes(READ_AGAIN);
    await until(() => existsSync(log) && logged(), "the line in the file");
    await assert.rejects(fetch(`http://127.0.0.1:${healthPort}/healthz`));
    // As logrotate does it: the file goes, SIGHUP makes another.
    await Deno.rename(log, `${log}.1`);
    Deno.kill(station.pid, "SIGHUP");
    await until(() => existsSync(log) && logged(), "the line in the next file");
  }));
