/** Every number of the practice PBX, and every transport to it, called by our own phone. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import type { Account, TransportName } from "../../../src/core/account/account.ts";
import type { CallRecord } from "../../../src/core/state/call_view.ts";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { demonstrate } from "../../../src/lab/demonstration.ts";
import { practicePlaces } from "../../../src/lab/places.ts";
import { openPracticeLine } from "../../../src/lab/practice_line.ts";
import { PracticePbx } from "../../../src/lab/practice_pbx.ts";
import type { WriteLog } from "../../../src/station/log/log_line.ts";
import { openPhone } from "../../../src/station/phone/open_phone.ts";
import type { OpenPhone } from "../../../src/station/phone/phone_options.ts";

const SILENT: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };

/** A PBX on all transports with one registered phone. */
class Practice implements AsyncDisposable {
  readonly events: Sequenced[] = [];
  #wake: () => void = () => {};

  private constructor(
    readonly phone: OpenPhone,
    readonly account: Account,
    readonly release: () => Promise<void>,
  ) {}

  static async open(transport: TransportName): Promise<Practice> {
    const folder = await Deno.makeTempDir();
    const { listen, authority } = practicePlaces("127.0.0.1", 0, Date.now());
    await Deno.writeTextFile(`${folder}/ca.pem`, authority);
    const users = new Map([["alice", "secret"], ["bob", "also secret"]]);
    const pbx = await PracticePbx.start({ listen, users, log: () => {} });
    const { port } = pbx.listening.find((place) => place.transport === transport)!;
    const account: Account = {
      id: "practice",
      user: "alice",
      server: `127.0.0.1:${port}`,
      transport,
      register: true,
      expires: 60,
      codecs: ["PCMU"],
      tls: { minVersion: "1.2", verify: true, caFile: `${folder}/ca.pem` },
    };
    const phone = await openPhone({
      accounts: [{ account, password: () => Promise.resolve("secret") }],
      direct: { listen: [], codecs: ["PCMU"], user: "alice", tls: account.tls },
      register: true,
      endpoints: SILENT,
      maxCalls: 2,
      ringMs: 10_000,
      doNotDisturb: false,
      active: "one",
      log: () => {},
    });
    const practice = new Practice(phone, account, async () => {
      await phone.close();
      await pbx.close();
      await Deno.remove(folder, { recursive: true });
    });
    await phone.subscribe((event) => {
      practice.events.push(event);
      practice.#wake();
    }, { since: 0 });
    await practice.until((event) =>
      event.type === "registration" && event.registration.state === "registered"
    );
    return practice;
  }

  /** The first event from now or before that satisfies. */
  async until(holds: (event: Sequenced) => boolean): Promise<Sequenced> {
    for (;;) {
      const found = this.events.find(holds);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async dial(number: string): Promise<string> {
    const target = `sip:${number}@${this.account.server}`;
    return (await this.phone.request("dial", { target })).call;
  }

  async record(call: string): Promise<CallRecord> {
    const ended = await this.until((event) =>
      event.type === "call.ended" && event.record.id === call
    );
    assert.ok(ended.type === "call.ended");
    return ended.record;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

for (const transport of ["udp", "tcp", "tls", "ws", "wss"] as const) {
  Deno.test(`the echo answers over ${transport}, and sound comes back`, async () => {
    await using practice = await Practice.open(transport);
    const call = await practice.dial("600");
    await practice.until((event) => event.type === "call.heard");
    await practice.phone.request("hangup", { call });
    const record = await practice.record(call);
    assert.deepEqual([record.outcome, record.transport], ["answered", transport]);
  });
}

Deno.test("busy, declined and unknown numbers end as they should", async () => {
  await using practice = await Practice.open("udp");
  const table = [["610", "busy", 486], ["612", "declined", 603], [
    "999",
    "not-found",
    404,
  ]] as const;
  for (const [number, outcome, status] of table) {
    const record = await practice.record(await practice.dial(number));
    assert.deepEqual([record.outcome, record.sipStatus], [outcome, status]);
  }
});

Deno.test("the number that nobody answers rings until it is given up", async () => {
  await using practice = await Practice.open("udp");
  const call = await practice.dial("611");
  await practice.until((event) => event.type === "call.progress" && event.call.id === call);
  await practice.phone.request("hangup", { call });
  assert.equal((await practice.record(call)).outcome, "cancelled");
});

/** A second phone, of bob. */
async function bobsPhone(server: string): Promise<OpenPhone> {
  const account: Account = {
    id: "bob",
    user: "bob",
    server,
    transport: "udp",
    register: true,
    expires: 60,
    codecs: ["PCMA"],
    tls: { minVersion: "1.2", verify: true },
  };
  return await openPhone({
    accounts: [{ account, password: () => Promise.resolve("also secret") }],
    direct: { listen: [], codecs: ["PCMA"], user: "bob", tls: account.tls },
    register: true,
    endpoints: {
      microphone: { kind: "tone", frequency: 440, level: -10 },
      speaker: { kind: "null" },
    },
    maxCalls: 1,
    ringMs: 10_000,
    doNotDisturb: false,
    active: "one",
    log: () => {},
  });
}

/** The first event of bob's that satisfies. */
function heard(phone: OpenPhone, holds: (event: Sequenced) => boolean): Promise<Sequenced> {
  const { promise, resolve } = Promise.withResolvers<Sequenced>();
  void phone.subscribe((event) => holds(event) && resolve(event), { since: 0 });
  return promise;
}

Deno.test("alice and bob call each other: sound, digits and the end cross, whatever the codecs", async () => {
  await using practice = await Practice.open("udp");
  const nobody = await practice.dial("bob");
  assert.equal((await practice.record(nobody)).sipStatus, 480, "bob is not registered");
  const bob = await bobsPhone(practice.account.server);
  try {
    await heard(
      bob,
      (event) => event.type === "registration" && event.registration.state === "registered",
    );
    const call = await practice.dial("bob");
    const rings = await heard(bob, (event) => event.type === "call.incoming");
    assert.ok(rings.type === "call.incoming");
    assert.match(rings.call.remote.uri, /^sip:alice@/, "bob sees who calls");
    const digit = heard(bob, (event) => event.type === "call.digit");
    await bob.request("answer", { call: rings.call.id });
    await practice.until((event) => event.type === "call.answered" && event.call.id === call);
    const tone = Promise.withResolvers<void>();
    const audio = await practice.phone.audio({ call, rate: 8_000, instead: true }, {
      heard: (samples) => samples.some((sample) => Math.abs(sample) > 5_000) && tone.resolve(),
    });
    await tone.promise;
    await audio.close();
    await practice.phone.request("dtmf", { call, digits: "5" });
    const pressed = await digit;
    assert.ok(pressed.type === "call.digit");
    assert.equal(pressed.detail?.digit, "5");
    await practice.phone.request("hangup", { call });
    const over = await heard(bob, (event) => event.type === "call.ended");
    assert.ok(over.type === "call.ended" && over.record.endedBy === "remote");
    await bob.request("doNotDisturb", { on: true });
    const busy = await practice.record(await practice.dial("bob"));
    assert.equal(busy.outcome, "busy", "what bob's phone says, alice is told");
  } finally {
    await bob.close();
  }
});

Deno.test("digits are read back", async () => {
  await using practice = await Practice.open("udp");
  const call = await practice.dial("602");
  await practice.until((event) => event.type === "call.answered");
  await practice.phone.request("dtmf", { call, digits: "4#" });
  await practice.until((event) => event.type === "call.digit" && event.detail?.digit === "#");
  await practice.phone.request("hangup", { call });
  const { report } = await practice.record(call);
  assert.deepEqual([report?.dtmfSent, report?.dtmfReceived], ["4#", "4#"]);
});

Deno.test("early media is heard before the answer", async () => {
  await using practice = await Practice.open("udp");
  const call = await practice.dial("613");
  const heard = await practice.until((event) => event.type === "call.heard");
  assert.ok(heard.type === "call.heard" && heard.call.state === "early");
  await practice.until((event) => event.type === "call.answered");
  await practice.phone.request("hangup", { call });
  assert.equal((await practice.record(call)).outcome, "answered");
});

for (const transport of ["udp", "ws"] as const) {
  Deno.test(`the second phone calls back over ${transport}`, async () => {
    await using practice = await Practice.open(transport);
    await practice.dial("620");
    const incoming = await practice.until((event) => event.type === "call.incoming");
    assert.ok(incoming.type === "call.incoming");
    const { id } = incoming.call;
    await practice.phone.request("answer", { call: id });
    await practice.until((event) => event.type === "call.heard" && event.call.id === id);
    await practice.phone.request("hangup", { call: id });
    assert.equal((await practice.record(id)).outcome, "answered");
  });
}

for (const transport of ["udp", "wss"] as const) {
  Deno.test(`a number can be transferred to another over ${transport}`, async () => {
    await using practice = await Practice.open(transport);
    const call = await practice.dial("603");
    await practice.until((event) => event.type === "call.answered");
    await practice.phone.request("transfer", {
      call,
      target: "sip:613@" + practice.account.server,
    });
    const record = await practice.record(call);
    assert.deepEqual([record.outcome, record.reason], ["answered", "transferred"]);
    const statuses = practice.events.flatMap((event) =>
      event.type === "call.transfer" && event.detail?.status ? [event.detail.status] : []
    );
    assert.deepEqual([statuses[0], statuses.at(-1)], [100, 200]);
    assert.ok(statuses.includes(180) && statuses.includes(183), String(statuses));
  });
}

Deno.test("a transfer to a busy number brings the call back", async () => {
  await using practice = await Practice.open("udp");
  const call = await practice.dial("603");
  await practice.until((event) => event.type === "call.answered");
  await practice.phone.request("transfer", { call, target: "sip:610@" + practice.account.server });
  const failed = await practice.until((event) =>
    event.type === "call.transfer" && event.detail?.failed === true
  );
  assert.ok(failed.type === "call.transfer" && failed.detail?.status === 486);
  await practice.until((event) => event.type === "call.hold" && !event.call.hold.local);
  await practice.phone.request("hangup", { call });
  assert.equal((await practice.record(call)).outcome, "answered");
});

Deno.test("a phone's log has something at each level, and each line says its own", async () => {
  const lines: [level: string, text: string][] = [];
  const log: WriteLog = (text, { level = "info" } = {}) => lines.push([level, text]);
  const line = await openPracticeLine({ transport: "udp", endpoints: SILENT, log });
  try {
    const ended = Promise.withResolvers<void>();
    await line.phone.subscribe((event) => event.type === "call.ended" && ended.resolve());
    await line.phone.request("dial", { target: line.uriOf("610") });
    await ended.promise;
  } finally {
    await line.close();
  }
  const has = (level: string, text: RegExp) =>
    assert.ok(lines.some((line) => line[0] === level && text.test(line[1])), `${level} ${text}`);
  has("info", /^call ended: busy 486/);
  has("debug", /^out udp 127\.0\.0\.1:\d+: INVITE sip:610@.* \(1 INVITE\)$/);
  has("trace", /^core takes CallRejected .*status=486/);
});

Deno.test("the demonstration finds its own voice in the echo", async () => {
  const line = await openPracticeLine({ transport: "udp", endpoints: SILENT, log: () => {} });
  try {
    const { echo, record } = await demonstrate(line);
    assert.equal(record.outcome, "answered");
    assert.ok(echo.found, `correlation ${echo.correlation}`);
    assert.ok(echo.delayMs > 0, `delay ${echo.delayMs}`);
    assert.ok(Math.abs(echo.levelDb) < 3, `level ${echo.levelDb}`);
  } finally {
    await line.close();
  }
});
