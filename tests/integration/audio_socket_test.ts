/** The sound socket as a program without our client sees it: roles, grants, frames cut anywhere. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { type AudioMessage, audioMessage } from "../../src/control/contract/audio_socket.ts";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { AttachmentListener } from "../../src/control/contract/records.ts";
import { ControlServer } from "../../src/control/server/server.ts";
import { OffhookError } from "../../src/base/errors.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";

interface Scene {
  address: string;
  call: string;
  said: number[];
  log: string[];
  /** Media's side of the one attachment. */
  sound(): AttachmentListener;
}

async function withServer(body: (scene: Scene) => Promise<void>): Promise<void> {
  const said: number[] = [];
  const log: string[] = [];
  let listener: AttachmentListener | undefined;
  const core = agreeableCore(undefined, (effect) => {
    if (effect.type === "DetachAudio") listener?.ended({ heard: 0 });
  });
  const phone = new LocalPhone(core, () => Promise.resolve());
  phone.provide({
    attach: (_, given) => {
      listener = given;
      return {
        say: (samples) => void said.push(...samples),
        end: () => given.ended({ heard: 0 }),
      };
    },
  });
  const server = await ControlServer.start({
    phone,
    station: { name: "test", version: "0", pid: 1 },
    listen: {
      kind: "tcp",
      host: "127.0.0.1",
      port: 0,
      tokens: new Map([["watch", "operator"], ["talk", "supervisor"]]),
    },
    log: (text) => log.push(text),
  });
  try {
    const { call } = await phone.request("dial", { target: "sip:bob@example.test" });
    await body({ address: server.address, call, said, log, sound: () => listener! });
  } finally {
    await server.close();
    core.close();
  }
}

/** A client that keeps what it is told. */
async function connect({ address }: Scene, query: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`ws://${address}/audio?${query}`, { headers });
  const told: AudioMessage[] = [];
  const bytes: Uint8Array[] = [];
  socket.on("message", (data: Uint8Array, isBinary) => {
    if (isBinary) bytes.push(data);
    else told.push(audioMessage.parse(JSON.parse(String(data))));
  });
  const closed = once(socket, "close");
  await once(socket, "message");
  return { socket, told, bytes, closed };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, "it did not come to be");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

Deno.test("an operator and a stranger are refused, a supervisor joins", () =>
  withServer(async (scene) => {
    for (const token of [undefined, "wrong", "watch"]) {
      const { told, closed } = await connect(scene, `call=${scene.call}`, token);
      await closed;
      assert.equal(told[0]?.type === "refused" && told[0].error.code, "station-refused");
    }
    // The same refusal is written once, and counted.
    assert.equal(scene.log.filter((line) => line.includes("refused audio")).length, 1);
    const { told, socket, closed } = await connect(scene, `call=${scene.call}`, "talk");
    assert.deepEqual(told.map(({ type }) => type), ["joined"]);
    socket.close();
    await closed;
    const remote = await RemotePhone.connect({ address: `ws://${scene.address}`, token: "talk" });
    const audio = await remote.audio({ call: scene.call, rate: 8_000, instead: false }, {
      heard: () => {},
    });
    await audio.close();
    await remote.close();
    const watcher = await RemotePhone.connect({ address: `ws://${scene.address}`, token: "watch" });
    await assert.rejects(
      watcher.audio({ call: scene.call, rate: 8_000, instead: false }, { heard: () => {} }),
      (error) => error instanceof OffhookError && error.code === "station-refused",
    );
    await watcher.close();
  }));

Deno.test("a call that is not there, and an address that makes no sense, are refused", () =>
  withServer(async (scene) => {
    const cases = [
      ["call=none", "no-such-call"],
      ["", "usage"],
      [`call=${scene.call}&rate=x`, "usage"],
      [`call=${scene.call}&rate=1`, "usage"],
      [`call=${scene.call}&loud=1`, "usage"],
    ];
    for (const [query, code] of cases) {
      const { told, closed } = await connect(scene, query!, "talk");
      await closed;
      assert.equal(told[0]?.type === "refused" && told[0].error.code, code, query);
    }
  }));

Deno.test("samples may be cut anywhere; what exceeds the room is dropped and counted", () =>
  withServer(async (scene) => {
    const { socket, told, closed } = await connect(scene, `call=${scene.call}`, "talk");
    scene.sound().room(4);
    await until(() => told.some(({ type }) => type === "room"));
    socket.send(Uint8Array.of(1));
    socket.send(Uint8Array.of(2, 255, 255, 3));
    socket.send(Uint8Array.of(0, 4, 0, 5, 0, 6, 0));
    await until(() => scene.said.length === 4);
    socket.send("not sound");
    scene.sound().ended({ heard: 7 });
    await closed;
    assert.deepEqual(scene.said, [0x0201, -1, 3, 4]);
    assert.deepEqual(told.at(-1), { type: "ended", lost: 7, refused: 2 });
  }));

Deno.test("a client that does not read loses sound, and nothing piles up", () =>
  withServer(async (scene) => {
    const { socket, told, bytes, closed } = await connect(scene, `call=${scene.call}`, "talk");
    socket.pause();
    const frames = 20_000;
    for (let i = 0; i < frames; i++) {
      scene.sound().heard(new Int16Array(320));
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    scene.sound().ended({ heard: 0 });
    socket.resume();
    await closed;
    const last = told.at(-1);
    const got = bytes.reduce((sum, each) => sum + each.length / 2, 0);
    assert.ok(last?.type === "ended" && last.lost > 0, JSON.stringify(last));
    assert.equal(got + last.lost, frames * 320);
  }));

Deno.test("a client that vanishes leaves the call", () =>
  withServer(async (scene) => {
    const { socket } = await connect(scene, `call=${scene.call}`, "talk");
    let ended = false;
    const { ended: end } = scene.sound();
    scene.sound().ended = (losses) => {
      ended = true;
      end(losses);
    };
    socket.terminate();
    await until(() => ended);
  }));
