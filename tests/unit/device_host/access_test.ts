/** Questions of a thread to the supervisor of the device host. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  type DeviceHostAccess,
  remoteAccess,
  serveAccess,
} from "../../../src/device_host/client/access.ts";

/** Runs `test` with a remote access to `local`, as a worker has it. */
async function remotely(
  local: Partial<DeviceHostAccess>,
  test: (remote: DeviceHostAccess) => Promise<void>,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const full = { socket: () => Promise.resolve(""), abandon() {}, log: () => Promise.resolve([]) };
  serveAccess(port1, { ...full, ...local });
  try {
    await test(remoteAccess(port2));
  } finally {
    port1.close();
    port2.close();
  }
}

Deno.test("answers find their question in whatever order they come", async () => {
  const slow = Promise.withResolvers<string>();
  const answers = [slow.promise, Promise.resolve("/second")];
  await remotely({ socket: () => answers.shift()! }, async (remote) => {
    const first = remote.socket();
    assert.equal(await remote.socket(), "/second");
    slow.resolve("/first");
    assert.equal(await first, "/first");
  });
});

Deno.test("an error crosses with its code, hint and data", async () => {
  const error = new OffhookError("device-failed", "It burns.", {
    hint: "Run.",
    data: { log: ["x"] },
  });
  await remotely({ socket: () => Promise.reject(error) }, async (remote) => {
    await assert.rejects(remote.socket(), (thrown: OffhookError) => {
      assert.deepEqual(thrown.toJSON(), error.toJSON());
      return true;
    });
  });
});

Deno.test("abandon and log reach the supervisor", async () => {
  const abandoned: string[] = [];
  const local = {
    abandon: (socket: string) => void abandoned.push(socket),
    log: () => Promise.resolve(["last words"]),
  };
  await remotely(local, async (remote) => {
    remote.abandon("/run/x");
    assert.deepEqual(await remote.log(), ["last words"]);
    assert.deepEqual(abandoned, ["/run/x"]);
  });
});
