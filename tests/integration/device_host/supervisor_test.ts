/** The life and death of the device host's process. */
import assert from "node:assert/strict";
import process from "node:process";
import { existsSync } from "node:fs";
import { OffhookError } from "../../../src/base/errors.ts";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import type { StartedHost } from "../../../src/device_host/start/spawn.ts";
import { DeviceHostSupervisor } from "../../../src/device_host/client/supervisor.ts";
import {
  FAKE_RIG,
  PORTAUDIO_RIGS,
  type RigKind,
  ScopedSupervisor,
} from "../../fakes/device_rigs.ts";
import { testUnless, testWith } from "../../support/skip.ts";

const path = (relative: string) => decodeURIComponent(new URL(relative, import.meta.url).pathname);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(ms: number, what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    assert.ok(performance.now() < end, `${what} took longer than ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts the stand-in of a station and reads its first line. */
async function startStation(args: string[], env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${path("../../../deno.json")}`,
      "-P=station",
      path("../../fakes/device_station.ts"),
      ...args,
    ],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  for await (const bytes of child.stdout) {
    stdout += new TextDecoder().decode(bytes);
    if (stdout.includes("\n")) break;
  }
  const line = stdout.split("\n", 1)[0];
  assert.ok(line.startsWith("{"), `not the station's line: ${line}${line ? "" : await stderr}`);
  return { child, stdout, stderr, told: JSON.parse(line) as { pid: number; socket: string } };
}

async function killedStationLeavesNothing(kind: RigKind): Promise<void> {
  await using rig = await kind.start();
  const { entry, env = {} } = rig.options;
  const station = await startStation(entry ? [rig.speaker, entry] : [rig.speaker], env);
  const { pid, socket } = station.told;
  try {
    assert.ok(isAlive(pid));
    assert.ok(existsSync(socket));
  } finally {
    station.child.kill("SIGKILL");
    await station.child.status;
  }
  await until(3000, "the host's leaving", () => !isAlive(pid));
  await until(
    1000,
    "removing the socket's folder",
    () => !existsSync(socket.replace(/\/[^/]*$/, "")),
  );
  // Native libraries printed dozens of lines; nothing of it may come out of the station.
  assert.equal(station.stdout.trim().split("\n").length, 1);
  assert.equal(await station.stderr, "");
}

for (const kind of [FAKE_RIG, ...PORTAUDIO_RIGS]) {
  testUnless(
    kind.reason,
    `a killed station leaves no host behind and no print of ${kind.name}`,
    () => killedStationLeavesNothing(kind),
  );
}

testWith([], "a Ctrl-C in the terminal is not the host's", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  await host.listDevices();
  const pid = (await host.pid())!;
  Deno.kill(pid, "SIGINT");
  Deno.kill(pid, "SIGHUP");
  assert.equal((await host.listDevices()).backend, "portaudio");
  assert.equal(await host.pid(), pid);
});

testWith([], "only this user may come near the socket", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  const socket = await host.socket();
  const { mode } = Deno.statSync(socket.replace(/\/[^/]*$/, ""));
  assert.equal(mode! & 0o777, 0o700);
});

testWith([], "several that need a host at the same time get the same one", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  const sockets = await Promise.all([host.socket(), host.socket(), host.socket()]);
  assert.equal(new Set(sockets).size, 1);
  Deno.kill((await host.pid())!, "SIGKILL");
  await until(1000, "noticing the death", () => !existsSync(sockets[0]));
  const after = await Promise.all([host.socket(), host.socket()]);
  assert.equal(new Set(after).size, 1);
  assert.notEqual(after[0], sockets[0]);
});

testWith([], "a host that hangs is done away with on demand", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  const socket = await host.socket();
  const pid = (await host.pid())!;
  Deno.kill(pid, "SIGSTOP");
  host.abandon(socket);
  await until(2000, "its end", () => !isAlive(pid));
  assert.equal((await host.listDevices()).backend, "portaudio");
});

testWith([], "a host that cannot start is an error with what it printed", async () => {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, `throw new Error("the roof is on fire");`);
    const host = new DeviceHostSupervisor({ entry });
    await assert.rejects(host.listDevices(), (error: OffhookError) => {
      assert.equal(error.code, "device-failed");
      assert.match(error.message, /died while it started/);
      assert.match(String(error.data!.log), /the roof is on fire/);
      return true;
    });
    await host.close();
  } finally {
    await Deno.remove(entry);
  }
});

/** A host that stands still, and whose death is seen later than the end of what it printed. */
function stillHost(): StartedHost {
  const died = Promise.withResolvers<void>();
  let dies: ReturnType<typeof setTimeout> | undefined;
  const child = {
    pid: 0,
    stdout: ReadableStream.from<Uint8Array>([]),
    stderr: ReadableStream.from<Uint8Array>([]),
    status: died.promise,
    kill() {
      dies = setTimeout(died.resolve, 50);
      dies.unref();
    },
    ref: () => dies?.ref(),
    unref() {},
  };
  return { child, folder: "/nonexistent", socket: "/nonexistent/socket" };
}

// Without the time limit of the others, which would keep the process waiting.
Deno.test("who waits only for a host that stands still is told so", async () => {
  const start = () => Promise.resolve(stillHost());
  const host = new DeviceHostSupervisor({ start, startLimitMs: 1 });
  await assert.rejects(host.socket(), { message: "The device host does not start" });
  await host.close();
});

testWith([], "without a sound library it is said once, with the package to install", async () => {
  const env = { OFFHOOK_AUDIO_BACKEND: "ffi", OFFHOOK_PORTAUDIO: "/nonexistent/libportaudio.so" };
  const host = new DeviceHostSupervisor({ env });
  try {
    const { backend, devices, unavailable } = await host.listDevices();
    assert.equal(backend, "none");
    assert.deepEqual(devices, []);
    assert.match(unavailable!.hint!, /libportaudio2|brew install portaudio/);
    const connection = await DeviceHostConnection.connect(await host.socket());
    const opening = connection.openStream("capture", undefined, 20, { failed() {} });
    await assert.rejects(opening, { code: "device-failed", hint: unavailable!.hint });
    connection.close();
  } finally {
    await host.close();
  }
});

testWith([], "a host that cannot be started is known until one can", async () => {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  const host = new DeviceHostSupervisor({ entry });
  try {
    assert.equal(host.failure, undefined, "none was needed yet");
    await assert.rejects(host.socket(), { code: "device-failed" });
    assert.match(host.failure!, /died while it started/);
    const fake = new URL("../../fakes/device_host_main.ts", import.meta.url);
    await Deno.writeTextFile(entry, `await import(${JSON.stringify(fake.href)});`);
    await host.socket();
    assert.equal(host.failure, undefined);
  } finally {
    await host.close();
    await Deno.remove(entry);
  }
});

testWith([], "an unknown backend in the environment is named", async () => {
  const host = new DeviceHostSupervisor({ env: { OFFHOOK_AUDIO_BACKEND: "alsa" } });
  try {
    const { unavailable } = await host.listDevices();
    assert.equal(unavailable!.code, "usage");
    assert.match(unavailable!.message, /"alsa"/);
  } finally {
    await host.close();
  }
});

for (const kind of PORTAUDIO_RIGS) {
  testUnless(kind.reason, `an abort of ${kind.name} costs the host, not the station`, async () => {
    await using rig = await kind.start();
    const empty = await Deno.makeTempFile();
    try {
      await using host = new ScopedSupervisor(rig, { ALSA_CONFIG_PATH: empty });
      await assert.rejects(host.listDevices(), (error: OffhookError) => {
        assert.equal(error.code, "device-failed");
        assert.match(String(error.data!.log), /Assertion|ALSA/);
        return true;
      });
      await assert.rejects(host.listDevices(), { code: "device-failed" });
    } finally {
      await Deno.remove(empty);
    }
  });
}
