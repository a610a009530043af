/** A phone that comes back is the one that it was: the same instance, the same Contact. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Account } from "../../src/core/account/account.ts";
import { SavedIdentity } from "../../src/station/phone/saved_identity.ts";
import { UserAgents } from "../../src/station/phone/user_agents.ts";
import type { PhoneState } from "../../src/core/state/state.ts";
import { RawUserAgent } from "../fakes/raw_user_agent.ts";
import { issueCertificate } from "../../src/lab/issue_certificate.ts";
import { answer } from "../../src/sip/message/answer.ts";
import { header } from "../../src/sip/message/sip_message.ts";
import type { BaseFlow } from "../../src/sip/transport/flow/flow.ts";
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

const day = 86_400_000;
const certificate = issueCertificate({
  commonName: "pbx",
  names: ["127.0.0.1"],
  validFrom: Date.now() - day,
  validTo: Date.now() + day,
});

/** A registrar by TCP or TLS, and the port of the Contact of each REGISTER that came from a new phone. */
async function withRegistrar(
  transport: "tcp" | "tls",
  run: (at: { server: string; transport: "tcp" | "tls" }, ports: number[]) => Promise<void>,
) {
  const ports: number[] = [];
  const registrar = new RawUserAgent({
    onRequest: (request, flow) => {
      const contact = header(request, "contact") ?? "";
      if (/expires=0/.test(contact)) {
        // Who closes first is who waits with the port (TIME_WAIT): here that is the registrar.
        (flow as BaseFlow).close();
        return undefined;
      }
      assert.match(contact, new RegExp(`:${flow.remote.port};transport=${transport}`));
      ports.push(flow.remote.port);
      return answer(request, 200, { headers: [`Contact: ${contact}`] });
    },
  });
  try {
    const at = { host: "127.0.0.1", port: 0 };
    const { port } = await registrar.layer.listen(transport, at, { tls: certificate });
    await run({ server: `127.0.0.1:${port}`, transport }, ports);
  } finally {
    await registrar.close();
  }
}

/** One run of a phone, until it is registered. */
async function runOnce(folder: string, at: { server: string; transport: "tcp" | "tls" }) {
  const done = Promise.withResolvers<void>();
  const agents = new UserAgents({
    transportOf: () => undefined,
    identityFolder: folder,
    notify: (input) => {
      if (input.type !== "RegistrationChanged") return;
      if (input.registration.state === "registered") done.resolve();
    },
    state: () => ({ calls: new Map() }) as unknown as PhoneState,
    log: () => {},
  });
  agents.add(
    account({ ...at, tls: { minVersion: "1.2", verify: false } }),
    () => Promise.resolve(""),
  );
  agents.start();
  agents.perform({ type: "Register", account: "test" });
  await done.promise;
  await agents.stop();
}

for (const transport of ["tcp", "tls"] as const) {
  Deno.test(`${transport}: a connection comes from the port that it had`, () =>
    withRegistrar(transport, (at, ports) =>
      withFolder(async (folder) => {
        await runOnce(folder, at);
        // Where the registrar was slower the port waits, and the run has another one, at once.
        for (let run = 1; run < 20; run++) {
          await new Promise((resolve) => setTimeout(resolve, 50 * run));
          await runOnce(folder, at);
          if (ports[run] === ports[run - 1]) return;
        }
        assert.fail(`no run had the port of the one before: ${ports}`);
      })));

  Deno.test(`${transport}: a port that is taken costs nothing but the port`, () =>
    withRegistrar(transport, (at, ports) =>
      withFolder(async (folder) => {
        using taken = Deno.listen({ hostname: "0.0.0.0", port: 0 });
        const { port } = taken.addr as Deno.NetAddr;
        const identity = SavedIdentity.open(folder, account(at));
        identity.keepPort(port);
        identity.close();
        await runOnce(folder, at);
        assert.equal(ports.length, 1);
        assert.notEqual(ports[0], port);
        const next = SavedIdentity.open(folder, account(at));
        next.close();
        assert.equal(next.port, ports[0]);
      })));
}

Deno.test("a wished port from which nobody answers is not tried twice in a row", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const from: number[] = [];
  const taken: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      from.push((connection.remoteAddr as Deno.NetAddr).port);
      taken.push(connection);
    }
  })();
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const wishedPort = (free.addr as Deno.NetAddr).port;
  free.close();
  const { port } = listener.addr as Deno.NetAddr;
  const phone = new RawUserAgent({
    nextHop: { server: `127.0.0.1:${port}`, transport: "tls" },
    bind: { wishedPort },
    connectTimeoutMs: 100,
  });
  try {
    for (let run = 0; run < 2; run++) await assert.rejects(phone.layer.connect(), /did not answer/);
    assert.equal(from[0], wishedPort);
    assert.notEqual(from[1], wishedPort);
  } finally {
    await phone.close();
    for (const connection of taken) connection.close();
    listener.close();
    await accepting;
  }
});
