/** Level meters: only while somebody looks, the same in process and over a socket. */
import assert from "node:assert/strict";
import { ClientConnection } from "../../../src/control/server/client_connection.ts";
import type { CallLevels } from "../../../src/core/ports/media_port.ts";
import type { LevelListener } from "../../../src/control/wire/levels.ts";
import { LocalPhone } from "../../../src/control/local/local_phone.ts";
import type { Phone } from "../../../src/control/contract/phone.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";
import { servedPhone } from "../../fakes/served_phone.ts";

/** Media's side: who listens, and a way to tell. */
class FakeMeters {
  listener: LevelListener | undefined;
  started = 0;

  readonly source = (listener: LevelListener) => {
    this.listener = listener;
    this.started++;
    return () => this.listener = undefined;
  };
}

const LOUD: CallLevels[] = [{ call: "c1", sent: -20.5, received: -90 }];

function contract(
  name: string,
  run: (open: () => Promise<Phone>, meters: FakeMeters) => Promise<void>,
): void {
  for (const remote of [false, true]) {
    Deno.test(`levels ${remote ? "over a socket" : "in process"}: ${name}`, async () => {
      const core = agreeableCore();
      const local = new LocalPhone(core, () => Promise.resolve());
      const meters = new FakeMeters();
      local.provide({ levels: meters.source });
      const served = await servedPhone(local);
      const opened: Phone[] = [];
      const open = async () => {
        if (!remote) return local;
        const phone = await served.connect();
        opened.push(phone);
        return phone;
      };
      try {
        await run(open, meters);
      } finally {
        await Promise.all(opened.map((phone) => phone.close()));
        await served.close();
        core.close();
      }
    });
  }
}

contract("measured from the first listener to the last", async (open, meters) => {
  const [one, other] = [await open(), await open()];
  assert.equal(meters.listener, undefined, "nobody looks, nothing is measured");
  const heard = Promise.withResolvers<readonly CallLevels[]>();
  const stopOne = await one.levels((levels) => heard.resolve(levels));
  const also = Promise.withResolvers<readonly CallLevels[]>();
  const stopOther = await other.levels((levels) => also.resolve(levels));
  assert.equal(meters.started, 1);
  meters.listener!(LOUD);
  assert.deepEqual(await heard.promise, LOUD);
  assert.deepEqual(await also.promise, LOUD);
  stopOne();
  await one.request("status", {});
  assert.ok(meters.listener !== undefined, "the other one still looks");
  stopOther();
  await other.request("status", {});
  assert.equal(meters.listener, undefined);
});

contract("a phone that goes takes its meters along", async (open, meters) => {
  const phone = await open();
  if (phone instanceof LocalPhone) return;
  await phone.levels(() => {});
  assert.ok(meters.listener !== undefined);
  await phone.close();
  while (meters.listener !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("levels that a slow client has not taken are dropped, its answers are not", async () => {
  const core = agreeableCore();
  const phone = new LocalPhone(core, () => Promise.resolve());
  const meters = new FakeMeters();
  phone.provide({ levels: meters.source });
  const sent: { id?: number; method?: string }[] = [];
  const wire = { send: (text: string) => void sent.push(JSON.parse(text)), pending: 0, end() {} };
  const station = { name: "test", version: "0", pid: 1 };
  const roleOf = () => "viewer" as const;
  const connection = new ClientConnection({ phone, wire, station, roleOf, log: () => {} });
  let id = 0;
  const ask = (method: string, params: unknown) =>
    connection.receive(JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }));
  await ask("initialize", { version: 1 });
  await ask("levels", { on: true });
  meters.listener!(LOUD);
  wire.pending = 100_000;
  meters.listener!(LOUD);
  await ask("status", {});
  wire.pending = 0;
  meters.listener!(LOUD);
  assert.deepEqual(sent.map((message) => message.method ?? message.id), [
    1,
    2,
    "levels",
    3,
    "levels",
  ]);
  await ask("levels", {});
  assert.match(JSON.stringify(sent.at(-1)), /on: true or false/);
  connection.close();
  assert.equal(meters.listener, undefined);
  core.close();
});
