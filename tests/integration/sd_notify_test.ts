/** systemd's protocol against a fake notify socket, by path and in the abstract namespace. */
import assert from "node:assert/strict";
import { SdNotify } from "../../src/station/service/sd_notify.ts";

async function heard(
  address: string,
  path: string,
  say: (notify: SdNotify) => Promise<void>,
): Promise<string> {
  const manager = Deno.listenDatagram({ transport: "unixpacket", path });
  const notify = new SdNotify({ NOTIFY_SOCKET: address, WATCHDOG_USEC: "3000000" });
  try {
    assert.equal(notify.watchdogMs, 750);
    await say(notify);
    const [bytes] = await manager.receive();
    return new TextDecoder().decode(bytes);
  } finally {
    notify.close();
    manager.close();
  }
}

Deno.test("a service manager hears READY with a status and our pid", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notify`;
  const text = await heard(path, path, (notify) => notify.ready("2 accounts"));
  assert.deepEqual(text.split("\n"), ["READY=1", "STATUS=2 accounts", `MAINPID=${Deno.pid}`]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a server said never becomes an assignment of its own", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notify`;
  const text = await heard(path, path, (notify) => notify.status("busy\nMAINPID=1\r\u0000now"));
  assert.equal(text, "STATUS=busy MAINPID=1 \ufffdnow");
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "abstract sockets are reached too",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const name = `offhook-test-${crypto.randomUUID()}`;
    const text = await heard(`@${name}`, `\0${name}`, (notify) => notify.watchdog());
    assert.equal(text, "WATCHDOG=1");
  },
});

Deno.test("without a manager, and with one that is gone, nothing happens", async () => {
  const none = new SdNotify({});
  await none.ready("x");
  none.close();
  const gone = new SdNotify({ NOTIFY_SOCKET: "/nonexistent/notify" });
  await gone.ready("x");
  gone.close();
  assert.equal(none.watchdogMs, undefined);
});
