/** Registration against a registrar that is written by hand, in virtual time. */
import assert from "node:assert/strict";
import type { RegistrationState } from "../../../src/core/account/account.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { Phone, type PhoneOptions } from "./phone.ts";
import { RawMessage, RawPeer } from "./raw_peer.ts";

interface Scene {
  phone: Phone;
  registrar: RawPeer;
  clock: VirtualClock;
  /** The next state told to the core. */
  state(): Promise<RegistrationState>;
}

async function withRegistrar(
  run: (scene: Scene) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const registrar = await RawPeer.open();
  const clock = new VirtualClock();
  const phone = new Phone({
    clock,
    random: () => 0.5,
    ...options,
    account: { server: registrar.at, register: true, displayName: "Alice", ...options.account },
  });
  phone.agent.start();
  try {
    const state = async () => (await phone.next("RegistrationChanged")).registration;
    await run({ phone, registrar, clock, state });
  } finally {
    const stopped = phone.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(5_000);
    await stopped;
    await registrar.close();
  }
}

function register(phone: Phone): void {
  phone.do({ type: "Register", account: "test" });
}

/** A 200 that grants `expires` to the Contact of the request. */
function grant(registrar: RawPeer, request: RawMessage, expires: number, headers: string[] = []) {
  const contact =
    `Contact: <sip:other@10.0.0.1>;expires=9, <${request.contact}>;expires=${expires}`;
  registrar.reply(request, 200, { contact: null, headers: [contact, ...headers] });
}

async function registered(scene: Scene, expires = 300): Promise<RawMessage> {
  register(scene.phone);
  const request = await scene.registrar.next("REGISTER");
  grant(scene.registrar, request, expires);
  assert.deepEqual(await scene.state(), { state: "registering" });
  assert.deepEqual(await scene.state(), { state: "registered", expires });
  return request;
}

Deno.test("a registration says who and where, and honours what is granted", async () => {
  await withRegistrar(async (scene) => {
    const { registrar, clock, phone } = scene;
    const first = await registered(scene, 60);
    assert.equal(first.uri, `sip:${registrar.at}`);
    assert.match(first.header("to"), /^"Alice" <sip:alice@127\.0\.0\.1:\d+>$/);
    assert.match(first.header("contact"), /^<sip:alice@127\.0\.0\.1:\d+>;expires=300$/);
    assert.equal(first.header("supported"), "path");
    clock.advance(40_000);
    assert.equal(registrar.count("REGISTER"), 1);
    clock.advance(8_000);
    const refresh = await registrar.next("REGISTER");
    assert.equal(refresh.header("call-id"), first.header("call-id"));
    assert.equal(refresh.header("cseq"), "2 REGISTER");
    grant(registrar, refresh, 60);
    // A refresh that changes nothing is no news.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(phone.inputs.filter((input) => input.type === "RegistrationChanged").length, 2);
  });
});

Deno.test("a 200 without Contact is a registration, with Expires or what was asked", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    registrar.reply(await registrar.next("REGISTER"), 200, {
      contact: null,
      headers: ["Expires: 100"],
    });
    await state();
    assert.deepEqual(await state(), { state: "registered", expires: 100 });
    clock.advance(90_000);
    registrar.reply(await registrar.next("REGISTER"), 200, { contact: null });
    assert.deepEqual(await state(), { state: "registered", expires: 300 });
  });
});

Deno.test("credentials are given once, and used again at the refresh", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    const challenge = {
      headers: ['WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"'],
    };
    registrar.reply(await registrar.next("REGISTER"), 401, challenge);
    const second = await registrar.next("REGISTER");
    assert.match(second.header("authorization"), /username="alice".*nc=00000001/);
    grant(registrar, second, 60);
    await state();
    await state();
    clock.advance(60_000);
    assert.match((await registrar.next("REGISTER")).header("authorization"), /nc=00000002/);
  });
});

Deno.test("a wrong password is tried once, and never again by itself", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    for (const nonce of ["1", "2"]) {
      registrar.reply(await registrar.next("REGISTER"), 401, {
        headers: [`WWW-Authenticate: Digest realm="r", nonce="${nonce}"`],
      });
    }
    await state();
    const failed = await state();
    assert.ok(failed.state === "failed");
    assert.deepEqual([failed.status, failed.error.code, failed.retryInMs], [
      401,
      "auth-refused",
      undefined,
    ]);
    clock.advance(3_600_000);
    assert.equal(registrar.count("REGISTER"), 2);
    register(phone);
    await registrar.next("REGISTER");
  });
});

Deno.test("423 is obeyed with Min-Expires", async () => {
  await withRegistrar(async ({ phone, registrar, state }) => {
    register(phone);
    registrar.reply(await registrar.next("REGISTER"), 423, { headers: ["Min-Expires: 1800"] });
    const second = await registrar.next("REGISTER");
    assert.equal(second.header("expires"), "1800");
    grant(registrar, second, 1800);
    await state();
    assert.deepEqual(await state(), { state: "registered", expires: 1800 });
  });
});

Deno.test("503 with Retry-After waits as long, without it the waits double", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    await state();
    registrar.reply(await registrar.next("REGISTER"), 500, { headers: ["Retry-After: 30 (soon)"] });
    const asked = await state();
    assert.ok(asked.state === "failed" && asked.retryInMs === 30_000);
    assert.deepEqual([asked.status, asked.error.code], [500, "unreachable"]);
    clock.advance(29_000);
    assert.equal(registrar.count("REGISTER"), 1);
    clock.advance(1_000);
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      registrar.reply(await registrar.next("REGISTER"), 500);
      const failed = await state();
      assert.ok(failed.state === "failed");
      waits.push(failed.retryInMs);
      clock.advance(failed.retryInMs ?? 0);
    }
    assert.deepEqual(waits, [3_000, 6_000, 12_000]);
  });
});

Deno.test("a registrar that says nothing is noticed, and asked again", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    await state();
    await registrar.next("REGISTER");
    clock.advance(40_000);
    const failed = await state();
    assert.ok(failed.state === "failed" && failed.retryInMs !== undefined);
    assert.deepEqual([failed.status, failed.error.code], [0, "unreachable"]);
    for (let round = 0; round < 20 && registrar.count("REGISTER") < 9; round++) {
      clock.advance(2_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const attempts = new Set(
      registrar.received.map((message) => message.header("cseq")),
    );
    assert.ok(attempts.size >= 2, "no second REGISTER");
  });
});

Deno.test("what was granted has run out while the refresh is not answered: not registered", async () => {
  await withRegistrar(async (scene) => {
    const { registrar, clock, state } = scene;
    await registered(scene, 60);
    clock.advance(50_000);
    const refresh = await registrar.next("REGISTER");
    clock.advance(10_000);
    assert.deepEqual(await state(), { state: "registering" });
    grant(registrar, refresh, 60);
    assert.deepEqual(await state(), { state: "registered", expires: 60 });
  });
});

Deno.test("Service-Route is used for calls and not for REGISTER", async () => {
  await withRegistrar(async ({ phone, registrar, state, clock }) => {
    register(phone);
    const routes = ["<sip:first.example;lr>, <sip:second.example;lr>"];
    grant(registrar, await registrar.next("REGISTER"), 60, [`Service-Route: ${routes[0]}`]);
    await state();
    await state();
    phone.dial("c", "sip:bob@example.com");
    const invite = await registrar.next("INVITE");
    assert.deepEqual(invite.headers("route"), [
      "<sip:first.example;lr>",
      "<sip:second.example;lr>",
    ]);
    registrar.reply(invite, 486);
    const ack = await registrar.next("ACK");
    assert.deepEqual(ack.headers("route"), invite.headers("route"));
    clock.advance(60_000);
    assert.deepEqual((await registrar.next("REGISTER")).headers("route"), []);
  });
});

Deno.test("another address in received and rport is registered at once, the old one taken away", async () => {
  await withRegistrar(async ({ phone, registrar, state }) => {
    register(phone);
    const first = await registrar.next("REGISTER");
    const natted = new RawMessage(
      first.text.replace(/(Via: [^\r\n]*?);rport[^;\r\n]*/, "$1;rport=4242;received=192.0.2.7"),
      first.from,
    );
    grant(registrar, natted, 300);
    await state();
    await state();
    const second = await registrar.next("REGISTER");
    assert.deepEqual(second.headers("contact"), [
      "<sip:alice@192.0.2.7:4242>;expires=300",
      `<${first.contact}>;expires=0`,
    ]);
  });
});

Deno.test("stopping unregisters and waits for a registrar at most two seconds", async () => {
  const registrar = await RawPeer.open();
  const phone = new Phone({ account: { server: registrar.at, register: true } });
  phone.agent.start();
  register(phone);
  grant(registrar, await registrar.next("REGISTER"), 300);
  await phone.next("RegistrationChanged");
  await phone.next("RegistrationChanged");
  const stopped = phone.stop();
  const last = await registrar.next("REGISTER");
  assert.match(last.header("contact"), /;expires=0$/);
  registrar.reply(last, 200, { contact: null });
  await stopped;
  assert.equal(
    (await phone.next("RegistrationChanged")).registration.state,
    "unregistered",
  );
  await registrar.close();
});

Deno.test("a server that is not there is told with the next try", async () => {
  const phone = new Phone({
    account: { server: "127.0.0.1:1", transport: "tcp", register: true },
  });
  phone.agent.start();
  register(phone);
  const change = await phone.next("ConnectionChanged");
  assert.deepEqual([change.connected, change.error?.code], [false, "unreachable"]);
  let failed = (await phone.next("RegistrationChanged")).registration;
  while (failed.state !== "failed") {
    failed = (await phone.next("RegistrationChanged")).registration;
  }
  assert.equal(failed.error.code, "unreachable");
  assert.ok((failed.retryInMs ?? 0) > 0);
  await phone.stop();
});

Deno.test("a registrar that never said a word is told good-bye, and not waited for", async () => {
  await withRegistrar(async ({ phone, registrar, state }) => {
    register(phone);
    await registrar.next("REGISTER");
    assert.deepEqual(await state(), { state: "registering" });
    phone.do({ type: "Unregister", account: "test" });
    assert.deepEqual(await state(), { state: "unregistered" });
    assert.equal((await registrar.next("REGISTER")).header("expires"), "0");
  });
});
