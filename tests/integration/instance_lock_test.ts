/** One station a configuration: the lock of living and of killed processes. */
import assert from "node:assert/strict";
import { OffhookError } from "../../src/base/errors.ts";
import { findInstance, InstanceLock } from "../../src/station/service/instance_lock.ts";

Deno.test("a second station is told where the first is; a killed one leaves no lock", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/run/station.lock`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { InstanceLock } from ${
        JSON.stringify(import.meta.resolve("../../src/station/service/instance_lock.ts"))
      };
       InstanceLock.take(${JSON.stringify(path)}, { pid: Deno.pid, socket: "/run/x.sock" });
       console.log("locked");
       setInterval(() => {}, 1000);`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /locked/);
  assert.throws(
    () => InstanceLock.take(path, { pid: 1, socket: "" }),
    (error: unknown) =>
      error instanceof OffhookError && error.code === "station-refused" &&
      error.message.includes("/run/x.sock") && error.message.includes(String(child.pid)),
  );
  assert.equal(findInstance(path)?.pid, child.pid);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  const lock = InstanceLock.take(path, { pid: Deno.pid, socket: "/run/y.sock" });
  assert.equal(findInstance(path)?.socket, "/run/y.sock");
  lock.release();
  assert.equal(findInstance(path), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder that cannot be written to is told, and is no bug of ours", async () => {
  const file = await Deno.makeTempFile();
  assert.throws(() => InstanceLock.take(`${file}/run/station.lock`, { pid: 1, socket: "" }), {
    code: "file-unusable",
    message: `${file} is not used for sockets: it is not a folder`,
  });
  await Deno.remove(file);
});
