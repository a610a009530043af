/** The station around an agreeable phone: what it serves, tells, keeps and leaves behind. */
import assert from "node:assert/strict";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { OffhookError } from "../../src/base/errors.ts";
import type { CoreLoop } from "../../src/station/phone/core_loop.ts";
import type { OpenPhone, PhoneOptions } from "../../src/station/phone/phone_options.ts";
import type { TcpListen } from "../../src/station/service/served_places.ts";
import {
  type Changed,
  Station,
  type StationOptions,
  type StationSettings,
} from "../../src/station/service/station.ts";
import { openDatabase } from "../../src/store/database/database.ts";
import { History } from "../../src/store/history/history.ts";
import type { HistoryRecord } from "../../src/store/history/history_record.ts";
import { openStore } from "../../src/store/store.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";

const A_CALL: HistoryRecord = {
  id: "c1",
  sipCallId: null,
  account: "desk",
  direction: "outgoing",
  remote: { uri: "sip:bob@example.test" },
  outcome: "answered",
  sipStatus: 200,
  reason: "OK",
  startedAt: 0,
  answeredAt: null,
  endedAt: null,
  codec: null,
  quality: null,
  encryption: null,
  recording: null,
  endedBy: "remote",
};

class AgreeablePhone extends LocalPhone implements OpenPhone {
  readonly listening = [];
  mediaAlive = true;
  deviceHost: string | undefined;
  troubles: readonly string[] = [];
  closed = false;
  readonly reloaded: PhoneOptions[] = [];

  constructor(readonly core: CoreLoop) {
    super(core, () => {
      this.closed = true;
      core.close();
      return Promise.resolve();
    });
  }

  get state() {
    return this.core.state;
  }

  reload(options: PhoneOptions): Promise<void> {
    this.reloaded.push(options);
    return Promise.resolve();
  }
}

interface Scene {
  station: Station;
  phone: AgreeablePhone;
  options: StationOptions;
  log: string[];
}

async function withStation(
  change: Partial<StationOptions>,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const log: string[] = [];
  const options: StationOptions = {
    version: "0",
    socket: `${folder}/run/control.sock`,
    lock: `${folder}/run/station.lock`,
    store: `${folder}/state/history.db`,
    healthPort: 0,
    notify: {},
    log: (text) => void log.push(text),
    ...change,
  };
  const phone = new AgreeablePhone(agreeableCore());
  const station = await Station.start(options, () => Promise.resolve(phone));
  try {
    await run({ station, phone, options, log });
  } finally {
    await station.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a client drives the station; the call is in the history when it is over", () =>
  withStation({}, async ({ options }) => {
    const client = await RemotePhone.connect({ address: options.socket });
    const { call } = await client.request("dial", { target: "sip:bob@example.test" });
    await client.request("hangup", { call });
    await client.close();
    const store = openDatabase({ path: options.store!, mode: "read", now: Date.now });
    const { records } = new History(store.database).list({});
    store.close();
    assert.deepEqual(records.map(({ id, outcome }) => [id, outcome]), [[call, "answered"]]);
  }));

Deno.test("a second station of the same configuration never opens a phone", () =>
  withStation({}, async ({ options }) => {
    let opened = false;
    await assert.rejects(
      Station.start({ ...options, socket: `${options.socket}.2` }, () => {
        opened = true;
        return Promise.resolve(new AgreeablePhone(agreeableCore()));
      }),
      (error: unknown) =>
        error instanceof OffhookError && error.code === "station-refused" &&
        error.message.includes(options.socket),
    );
    assert.equal(opened, false);
  }));

Deno.test("a place to listen that is taken fails the start and releases everything", () =>
  withStation({}, async ({ options }) => {
    const phone = new AgreeablePhone(agreeableCore());
    const lock = `${options.lock}.other`;
    await assert.rejects(Station.start({ ...options, lock, store: undefined }, () => {
      return Promise.resolve(phone);
    }));
    assert.equal(phone.closed, true);
    const client = await RemotePhone.connect({ address: options.socket });
    await client.close();
  }));

Deno.test("a store that cannot be opened costs the history, not the phone", () =>
  withStation({ store: "/proc/nonexistent/history.db" }, async ({ station, options, log }) => {
    const client = await RemotePhone.connect({ address: options.socket });
    await client.request("status", {});
    await client.close();
    assert.ok(log.some((line) => line.startsWith("no history is kept")));
    assert.match(station.health().reasons.join(), /^no history is kept: /);
  }));

Deno.test("health is the truth: a dead media worker shows on /healthz", () =>
  withStation({}, async ({ station, phone }) => {
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${station.healthPort}${path}`);
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await ask("/healthz"), 200);
    assert.equal(await ask("/readyz"), 503, "the account is not registered");
    phone.core.submit({
      type: "RegistrationChanged",
      account: "desk",
      registration: { state: "registered", expires: 60 },
    });
    assert.equal(await ask("/readyz"), 200);
    phone.mediaAlive = false;
    assert.equal(await ask("/healthz"), 503);
  }));

/** A service manager that remembers what it hears. */
class Manager {
  readonly heard: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #done: Promise<void>;

  constructor(path: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path });
    this.#done = this.#listen();
  }

  async hear(wanted: string, from = 0): Promise<string> {
    const end = performance.now() + 5_000;
    for (;;) {
      const text = this.heard.slice(from).find((each) => each.includes(wanted));
      if (text !== undefined) return text;
      assert.ok(performance.now() < end, `${wanted} was not heard`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#done;
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#socket) this.heard.push(new TextDecoder().decode(bytes));
  }
}

/** A quarter of what the manager allows. */
const BEAT_MS = 25;

Deno.test("systemd hears READY, STOPPING and what is wrong; none of it starves the watchdog", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notify`;
  const manager = new Manager(path);
  const notify = { NOTIFY_SOCKET: path, WATCHDOG_USEC: `${4 * BEAT_MS * 1_000}` };
  await withStation({ notify, graceMs: 0 }, async ({ station, phone, options, log }) => {
    assert.match(await manager.hear("READY=1"), /0 of 1 accounts registered/);
    const registered = (state: "registered" | "registering") =>
      phone.core.submit({
        type: "RegistrationChanged",
        account: "desk",
        registration: state === "registered" ? { state, expires: 60 } : { state },
      });
    registered("registered");
    await manager.hear("STATUS=1 of 1 accounts registered");
    const healthz = async () => {
      const response = await fetch(`http://127.0.0.1:${station.healthPort}/healthz`);
      return { status: response.status, text: await response.text() };
    };
    const client = await RemotePhone.connect({ address: options.socket });
    const faults: [string, () => void, () => void][] = [
      ["the media worker", () => phone.mediaAlive = false, () => phone.mediaAlive = true],
      ["the device host", () => phone.deviceHost = "it died", () => phone.deviceHost = undefined],
      ["not registered", () => registered("registering"), () => registered("registered")],
      ["gpiochip0", () => phone.troubles = ["gpiochip0: gone"], () => phone.troubles = []],
    ];
    for (const [name, breakIt, mendIt] of faults) {
      const from = manager.heard.length;
      await manager.hear("WATCHDOG=1", from);
      assert.equal((await healthz()).status, 200, name);
      breakIt();
      const status = await manager.hear("; unhealthy: ", manager.heard.length);
      assert.ok(status.startsWith("STATUS=") && status.includes(name), status);
      await manager.hear("WATCHDOG=1", manager.heard.length);
      const sick = await healthz();
      assert.equal(sick.status, 503);
      assert.ok(sick.text.includes(name), sick.text);
      const { health } = await client.request("status", {});
      assert.deepEqual([health?.works, health?.healthy], [true, false]);
      assert.ok(health!.reasons.join().includes(name));
      mendIt();
      const told = log.filter((line) => line.startsWith("not healthy") && line.includes(name));
      assert.equal(told.length, 1, "told once, not at every beat");
    }
    await client.close();
    // An event loop that stands still says nothing by itself; afterwards the truth is told.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_700);
    assert.match(station.health().reasons.join(), /the event loop stalled for 2\d{3} ms/);
    await manager.hear("WATCHDOG=1", manager.heard.length);
  });
  await manager.hear("STOPPING=1");
  await manager.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a changed configuration is used; one that is wrong changes nothing and is told", () =>
  withStation({}, async ({ station, phone, log }) => {
    const phoneOptions = { maxCalls: 3 } as PhoneOptions;
    let settled = 0;
    const changed: Changed = {
      phone: phoneOptions,
      station: {},
      waiting: ["this must wait"],
      settle: () => settled++,
    };
    await station.reload(() => Promise.resolve(changed));
    assert.deepEqual(phone.reloaded, [phoneOptions]);
    assert.ok(log.includes("this must wait"));
    await station.reload(() => Promise.reject(new OffhookError("config-invalid", "it is wrong")));
    assert.deepEqual(phone.reloaded, [phoneOptions]);
    assert.equal(settled, 1);
    assert.ok(log.includes("the changed configuration is not used: it is wrong"));
  }));

Deno.test("places to listen and the health port change while the station runs", () =>
  withStation({}, async ({ station, options, log }) => {
    const change = (settings: StationSettings) =>
      station.reload(() =>
        Promise.resolve({
          phone: {} as PhoneOptions,
          station: settings,
          waiting: [],
          settle() {},
        })
      );
    const place = (token: string, port = 0): TcpListen => ({
      kind: "tcp",
      host: "127.0.0.1",
      port,
      tokens: new Map([[token, "viewer"]]),
    });
    const before = station.healthPort;
    await change({ listen: [place("one")] });
    assert.equal(station.healthPort, undefined);
    await assert.rejects(fetch(`http://127.0.0.1:${before}/healthz`));
    const address = `ws://${station.addresses[1]}`;
    const client = await RemotePhone.connect({ address, token: "one" });
    // The same place stays, with who is in it.
    await change({ listen: [place("one")], healthPort: 0 });
    assert.equal(`ws://${station.addresses[1]}`, address);
    await client.request("status", {});
    const health = await fetch(`http://127.0.0.1:${station.healthPort}/healthz`);
    assert.equal((await health.json()).healthy, true);
    // A token that is gone takes who came by it along.
    await change({ listen: [place("two")] });
    assert.equal((await client.closed)?.code, "no-station");
    const again = `ws://${station.addresses[1]}`;
    await assert.rejects(RemotePhone.connect({ address: again, token: "one" }), /token/);
    await (await RemotePhone.connect({ address: again, token: "two" })).close();
    // A port that is taken changes nothing, and is told.
    const blocker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await change({ listen: [place("three", (blocker.addr as Deno.NetAddr).port)] });
    blocker.close();
    assert.match(log.at(-1)!, /the changed configuration is not used: cannot listen on 127/);
    await (await RemotePhone.connect({ address: again, token: "two" })).close();
    await change({});
    assert.deepEqual(station.addresses, [options.socket]);
  }));

Deno.test("old calls are forgotten", () =>
  withStation({}, async ({ options }) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/history.db`;
    const { history, close } = openStore({ path, mode: "write", now: Date.now });
    for (const [id, days] of [["new", 1], ["old", 40], ["older", 50]] as const) {
      history.put({ ...A_CALL, id, startedAt: Date.now() - days * 86_400_000 });
    }
    close();
    const station = await Station.start({
      ...options,
      socket: `${folder}/control.sock`,
      lock: `${folder}/lock`,
      store: path,
      healthPort: 0,
      historyDays: 45,
      historyCalls: 1,
    }, () => Promise.resolve(new AgreeablePhone(agreeableCore())));
    await station.stop();
    const kept = openStore({ path, mode: "read", now: Date.now });
    assert.deepEqual(kept.history.list().records.map(({ id }) => id), ["new"]);
    kept.close();
    await Deno.remove(folder, { recursive: true });
  }));
