/** The process that starts programs for a phone: device hosts and password commands, nothing else. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import { DeviceHostSupervisor } from "../../../src/device_host/client/supervisor.ts";
import { Spawner } from "../../../src/spawner/client.ts";

const account = (name: string, key: string) =>
  `[accounts.${name}]\nuser = "u"\nserver = "s.example"\n${key}\n`;

async function withSpawner(
  toml: string,
  run: (spawner: Spawner, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const config = `${folder}/config.toml`;
  await Deno.writeTextFile(config, toml);
  const spawner = new Spawner({ config, runtime: folder, hidden: ["HIDDEN"] });
  try {
    await run(spawner, folder);
  } finally {
    await spawner.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a password command runs by the account's name, as the configuration is now", () =>
  withSpawner(account("a", 'password_command = ["echo", "one"]'), async (spawner, folder) => {
    assert.equal(await spawner.password("a"), "one");
    for (const unknown of ["b", "__proto__", "echo"]) {
      await assert.rejects(spawner.password(unknown), { code: "credential-missing" });
    }
    const changed = account("a", 'password_command = ["false"]') +
      account("b", 'password_command = ["echo", "two"]') +
      account("c", 'password_file = "/nonexistent"');
    await Deno.writeTextFile(`${folder}/config.toml`, changed);
    await assert.rejects(spawner.password("a"), /failed with status 1/);
    assert.equal(await spawner.password("b"), "two");
    Deno.env.set("HIDDEN", "of the phone's");
    await withSpawner(
      account("e", 'password_command = ["sh", "-c", "echo x$HIDDEN"]'),
      async (it) => assert.equal(await it.password("e"), "x"),
    );
    Deno.env.delete("HIDDEN");
    await assert.rejects(spawner.password("c"), { code: "credential-missing" });
  }));

Deno.test("a TURN server's password command runs by its URL", () => {
  const server = (url: string, password: string) =>
    `[[ice.turn]]\nurl = "${url}"\nusername = "u"\n${password}\n`;
  const toml = server("turn:a.example", 'password_command = ["echo", "one"]') +
    server("turn:b.example", 'password_env = "X"');
  return withSpawner(toml, async (spawner) => {
    assert.equal(await spawner.turnPassword("turn:a.example"), "one");
    for (const url of ["turn:b.example", "turn:c.example", "echo"]) {
      await assert.rejects(spawner.turnPassword(url), { code: "credential-missing" });
    }
  });
});

Deno.test("it has the network links of this machine read", () =>
  withSpawner("", async (spawner) => {
    // Sandboxes without /sys have none.
    const { success } = await new Deno.Command("test", { args: ["-d", "/sys/class/net/lo"] })
      .output();
    const expected = success ? /^lo\/type:772$/m : /^$/;
    assert.match(await spawner.links(), expected);
  }));

Deno.test("a device host is started by it, found by its socket, and killed when it must be", () =>
  withSpawner("", async (spawner, folder) => {
    const host = new DeviceHostSupervisor({ start: () => spawner.startHost() });
    const socket = await host.socket();
    assert.ok(socket.startsWith(`${folder}/devices-`), socket);
    const connection = await DeviceHostConnection.connect(socket);
    host.abandon(socket);
    await connection.closed;
    const other = await host.socket();
    assert.notEqual(other, socket, "another is started");
    await host.close();
    await assert.rejects(DeviceHostConnection.connect(other));
  }));

Deno.test("a spawner that is gone is an error and a trouble; one that was let go is none", () =>
  withSpawner(account("a", 'password_command = ["sh", "-c", "kill $PPID"]'), async (spawner) => {
    assert.equal(spawner.trouble, undefined);
    await assert.rejects(spawner.password("a"), (error: OffhookError) => {
      assert.match(error.message, /the process that starts programs is gone/);
      return true;
    });
    assert.match(spawner.trouble!, /start the station again/);
    await assert.rejects(spawner.startHost(), { code: "device-failed" });
  }));
