/** A phone that comes back is the one that it was: the same instance, the same Contact. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Account } from "../../src/core/account/account.ts";
import { SavedIdentity } from "../../src/station/phone/saved_identity.ts";
import { UserAgents } from "../../src/station/phone/user_agents.ts";
import type { PhoneState } from "../../src/core/state/state.ts";
import { account } from "./sip/phone.ts";
import { type RawMessage, RawPeer } from "./sip/raw_peer.ts";

async function withFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(join(folder, "identity"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ALICE: Account = account({ server: "pbx.example.com" });

/** As it is after a start that kept `port` and was then killed. */
function left(folder: string, port?: number): SavedIdentity {
  const identity = SavedIdentity.open(folder, ALICE);
  if (port !== undefined) identity.keepPort(port);
  identity.close();
  return identity;
}

Deno.test("an instance and its port are the same the next time", () =>
  withFolder((folder) => {
    const first = left(folder, 40_000);
    assert.match(first.instance, /^urn:uuid:[0-9a-f-]{36}$/);
    const second = left(folder);
    assert.deepEqual([second.instance, second.port], [first.instance, 40_000]);
    left(folder, 9);
    assert.equal(left(folder).port, 9, "a shorter text replaces a longer one whole");
  }));

Deno.test("accounts are told apart, and so are two phones of one account at a time", () =>
  withFolder((folder) => {
    const first = SavedIdentity.open(folder, ALICE);
    const beside = SavedIdentity.open(folder, ALICE);
    assert.notEqual(beside.instance, first.instance);
    beside.keepPort(1);
    beside.close();
    first.close();
    const other = SavedIdentity.open(folder, { ...ALICE, user: "bob" });
    assert.notEqual(other.instance, first.instance);
    other.close();
    assert.deepEqual([left(folder).instance, left(folder).port], [first.instance, undefined]);
  }));

Deno.test("names that are no file names, rubbish, and folders that cannot be had", async () => {
  await withFolder(async (folder) => {
    const odd = { ...ALICE, user: "../../x/\u0000", server: "[::1]:5060" };
    SavedIdentity.open(folder, odd).close();
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(names, [".._.._x__@___1__5060.json"]);
    for (const text of ["", "{", "null", '{"instance":"x"}', `"${"y".repeat(5_000)}"`]) {
      await Deno.writeTextFile(join(folder, "alice@pbx.example.com.json"), text);
      assert.match(left(folder).instance, /^urn:uuid:/);
    }
    const info = await Deno.stat(join(folder, names[0]));
    assert.equal((info.mode ?? 0) & 0o777, 0o600);
  });
  for (const folder of [undefined, "/proc/nowhere"]) {
    const identity = SavedIdentity.open(folder, ALICE);
    assert.match(identity.instance, /^urn:uuid:/);
    identity.close();
  }
});

/** One run of a phone: its REGISTER. It is gone without a word, as if it had been killed. */
async function registered(folder: string, registrar: RawPeer): Promise<RawMessage> {
  const done = Promise.withResolvers<void>();
  const agents = new UserAgents({
    transportOf: () => ({ bind: { host: "127.0.0.1" } }),
    identityFolder: folder,
    notify: (input) => {
      if (input.type !== "RegistrationChanged") return;
      if (input.registration.state === "registered") done.resolve();
    },
    state: () => ({ calls: new Map() }) as unknown as PhoneState,
    log: () => {},
  });
  const agent = agents.add(account({ server: registrar.at }), () => Promise.resolve(""));
  agents.start();
  agents.perform({ type: "Register", account: "test" });
  const request = await registrar.next("REGISTER");
  registrar.reply(request, 200, { contact: request.contact });
  await done.promise;
  registrar.obliging.add("REGISTER");
  await agents.stop();
  registrar.obliging.delete("REGISTER");
  await registrar.next("REGISTER");
  assert.equal(agents.get("test"), agent);
  return request;
}

/** A closed socket holds its port for a moment: the longer the pause, the surer it is free. */
async function again(folder: string, registrar: RawPeer, before: RawMessage): Promise<RawMessage> {
  for (let run = 0; run < 20; run++) {
    await new Promise((resolve) => setTimeout(resolve, 50 * run));
    const next = await registered(folder, registrar);
    if (next.header("contact") === before.header("contact")) return next;
    before = next;
  }
  throw new assert.AssertionError({ message: "no run had the port of the one before" });
}

Deno.test("a phone that was killed registers the same Contact; another port where that is taken", async () => {
  const registrar = await RawPeer.open();
  try {
    await withFolder(async (folder) => {
      const first = await registered(folder, registrar);
      assert.match(first.header("contact"), /;\+sip\.instance="<urn:uuid:[0-9a-f-]{36}>"/);
      const second = await again(folder, registrar, first);
      const identity = SavedIdentity.open(folder, account({ server: registrar.at }));
      identity.keepPort(registrar.port);
      identity.close();
      const third = await registered(folder, registrar);
      assert.notEqual(third.contact, second.contact);
      assert.notEqual(third.from.port, registrar.port);
      const instance = (message: RawMessage) =>
        /urn:uuid:[^>]+/.exec(message.header("contact"))?.[0];
      assert.equal(instance(third), instance(first));
    });
  } finally {
    await registrar.close();
  }
});
