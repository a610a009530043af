/** No folder or socket of another user is trusted, whatever stands in /tmp before us. */
import assert from "node:assert/strict";
import { refuseForeignSocket } from "../../src/control/client/own_socket.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { ControlServer } from "../../src/control/server/server.ts";
import { ownFolder, safeFolder } from "../../src/control/socket/own_folder.ts";
import { InstanceLock } from "../../src/station/service/instance_lock.ts";
import { FakePhone } from "../fakes/fake_phone.ts";
import { testWith } from "../support/skip.ts";

const STRANGER = 65_533;
const isRoot = Deno.uid() === 0;

async function inFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;

Deno.test("a folder of ours is made, narrowed, and used again", () =>
  inFolder((folder) => {
    const path = `${folder}/offhook/default`;
    ownFolder(path);
    assert.deepEqual([modeOf(path), modeOf(`${folder}/offhook`)], [0o700, 0o700]);
    Deno.chmodSync(path, 0o755);
    ownFolder(path);
    assert.equal(modeOf(path), 0o700);
  }));

Deno.test("a link, a file and a folder that others may write in are refused", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/elsewhere`);
    Deno.symlinkSync(`${folder}/elsewhere`, `${folder}/link`);
    assert.throws(() => ownFolder(`${folder}/link`), /link is not used.*symbolic link/);
    assert.deepEqual([...Deno.readDirSync(`${folder}/elsewhere`)], []);
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => ownFolder(`${folder}/file`), /cannot use|it is not a folder/);
    Deno.mkdirSync(`${folder}/open`);
    Deno.chmodSync(`${folder}/open`, 0o777);
    for (const use of [ownFolder, safeFolder]) {
      assert.throws(() => use(`${folder}/open`), /others may write in it/);
    }
    assert.throws(() => ownFolder(`${folder}/open/default`), /open is not used/);
    // As /tmp itself: everybody writes, nobody touches what is another's.
    Deno.chmodSync(`${folder}/open`, 0o1777);
    safeFolder(`${folder}/open`);
    ownFolder(`${folder}/open/default`);
  }));

testWith(
  isRoot ? [] : ["root"],
  "what another user made first is refused",
  () =>
    inFolder((folder) => {
      for (const name of ["offhook-0", "offhook-0/default"]) {
        Deno.mkdirSync(`${folder}/${name}`, { mode: 0o700 });
      }
      Deno.chownSync(`${folder}/offhook-0`, STRANGER, STRANGER);
      const lock = `${folder}/offhook-0/default/station.lock`;
      const take = () => InstanceLock.take(lock, { pid: 1, socket: "x" });
      assert.throws(take, /offhook-0 is not used for sockets: it belongs to another user/);
      Deno.chownSync(`${folder}/offhook-0`, 0, 0);
      Deno.chownSync(`${folder}/offhook-0/default`, STRANGER, STRANGER);
      assert.throws(take, /default is not used for sockets/);
    }),
);

Deno.test("a socket is its owner's alone from the first moment, and its folder is left as it is", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/shared`);
    Deno.chmodSync(`${folder}/shared`, 0o1777);
    const path = `${folder}/shared/s.sock`;
    // A narrowed station may write in the socket's folder only: nothing comes and goes beside it.
    Deno.utimeSync(folder, 1, 1);
    const server = await ControlServer.start({
      phone: new FakePhone(),
      station: { name: "test", version: "0", pid: 1 },
      listen: { kind: "unix", path },
      log: () => {},
    });
    assert.deepEqual([modeOf(path), Deno.statSync(`${folder}/shared`).mode! & 0o7777], [
      0o600,
      0o1777,
    ]);
    assert.equal(Deno.statSync(folder).mtime?.getTime(), 1_000);
    const phone = await RemotePhone.connect({ address: path });
    await phone.close();
    await server.close();
  }));

testWith(
  isRoot ? [] : ["root"],
  "a client does not talk to another user's socket",
  () =>
    inFolder(async (folder) => {
      Deno.chmodSync(folder, 0o1777);
      const path = `${folder}/s.sock`;
      const listener = Deno.listen({ transport: "unix", path });
      Deno.chownSync(path, STRANGER, STRANGER);
      await assert.rejects(RemotePhone.connect({ address: path }), /is another user's \(65533\)/);
      // Root and a service whose own folder it is.
      Deno.chmodSync(folder, 0o755);
      Deno.chownSync(folder, STRANGER, STRANGER);
      refuseForeignSocket(path);
      listener.close();
    }),
);
