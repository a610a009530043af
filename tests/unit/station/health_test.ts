/** Healthy, ready, or why not. */
import assert from "node:assert/strict";
import type { RegistrationState } from "../../../src/core/account/account.ts";
import { judge } from "../../../src/station/service/health.ts";
import { LoopWatch, Vitals } from "../../../src/station/service/vitals.ts";
import { initialState } from "../../../src/core/step.ts";
import { serveHealth } from "../../../src/station/service/health_server.ts";
import { ACCOUNT, SETTINGS } from "../core/scene.ts";

const account = (registration: RegistrationState, { register = true, lostMs = 0 } = {}) => ({
  account: { ...ACCOUNT, register },
  registration,
  connected: true,
  lostMs,
});

const well = {
  loopLateMs: 0,
  accounts: [],
  onCall: false,
  graceMs: 300_000,
  mediaAlive: true,
  brokenEndpoints: [],
};

Deno.test("ready is healthy and registered; each fault is named", () => {
  const failed: RegistrationState = {
    state: "failed",
    status: 403,
    error: { code: "auth-refused", message: "wrong password" },
  };
  const silent: RegistrationState = { ...failed, status: 0, retryInMs: 5_000 };
  const lost = (registration: RegistrationState) => [account(registration, { lostMs: 300_001 })];
  const table = [
    [well, true, true, ""],
    [{ ...well, accounts: [account({ state: "registered", expires: 60 })] }, true, true, ""],
    [{ ...well, accounts: [account({ state: "registering" })] }, true, false, "desk"],
    [{ ...well, accounts: [account({ state: "none" }, { register: false })] }, true, true, ""],
    [{ ...well, accounts: [account(failed)] }, true, false, "wrong password"],
    [{ ...well, accounts: [account(silent, { lostMs: 299_000 })] }, true, false, "since 299 s"],
    [{ ...well, accounts: lost(silent) }, false, false, "since 300 s"],
    [{ ...well, accounts: lost({ state: "registering" }) }, false, false, "desk"],
    [{ ...well, accounts: lost(silent), onCall: true }, true, false, "desk"],
    [{ ...well, accounts: lost(failed) }, true, false, "wrong password"],
    [{ ...well, accounts: lost({ state: "unregistered" }) }, true, false, "desk"],
    [{ ...well, deviceHost: "it died" }, false, false, "it died"],
    [{ ...well, mediaAlive: false }, false, false, "media worker"],
    [{ ...well, loopLateMs: 5_000 }, false, false, "5000 ms"],
    [{ ...well, brokenEndpoints: ["Jabra"] }, false, false, "Jabra"],
  ] as const;
  for (const [facts, healthy, ready, reason] of table) {
    const health = judge(facts);
    assert.deepEqual([health.healthy, health.ready], [healthy, ready]);
    assert.ok(health.reasons.join().includes(reason));
  }
});

Deno.test("only a process that does not work itself may be killed", () => {
  const silent: RegistrationState = {
    state: "failed",
    status: 0,
    error: { code: "unreachable", message: "no answer" },
    retryInMs: 5_000,
  };
  const outside = [
    { ...well, accounts: [account(silent, { lostMs: 86_400_000 })] },
    { ...well, deviceHost: "it died" },
    { ...well, brokenEndpoints: ["the speaker of call 1"] },
    { ...well, troubles: ["history: no space is left on the device"] },
    { ...well, loopLateMs: 25_000 },
    { ...well, mediaAlive: false, mediaSilentMs: 30_000 },
  ];
  for (const facts of outside) {
    const { works, healthy, reasons } = judge(facts);
    assert.deepEqual([works, healthy], [true, false], reasons.join());
    assert.ok(reasons.length === 1);
  }
  assert.equal(judge({ ...well, mediaAlive: false, mediaSilentMs: 30_001 }).works, false);
});

Deno.test("a media thread counts as lost when none has answered for half a minute", () => {
  let now = 0;
  const vitals = new Vitals(1_000, () => now);
  const worksAt = (at: number, mediaAlive: boolean) => {
    now = at;
    return vitals.judge({ state: initialState(SETTINGS, []), mediaAlive }).works;
  };
  try {
    assert.equal(worksAt(0, false), true);
    assert.equal(worksAt(29_000, false), true);
    assert.equal(worksAt(29_500, true), true);
    assert.equal(worksAt(31_000, false), true, "counted anew");
    assert.equal(worksAt(61_001, false), false);
    assert.equal(worksAt(62_000, true), true);
  } finally {
    vitals.close();
  }
});

Deno.test("a ringer that failed counts until the answer, a speaker until it works", () => {
  const vitals = new Vitals(1_000);
  const call = { id: "1" };
  const note = (event: object) => vitals.note(event as Parameters<Vitals["note"]>[0]);
  const error = { code: "device-failed", message: "gone" };
  const reasons = () =>
    vitals.judge({ state: initialState(SETTINGS, []), mediaAlive: true }).reasons;
  try {
    for (const endpoint of ["ringer", "speaker"]) {
      note({ type: "call.endpoint", call, detail: { endpoint, working: false, error } });
    }
    assert.equal(reasons()?.length, 2);
    note({ type: "call.answered", call });
    assert.deepEqual(reasons(), ["the speaker of call 1 does not work"]);
    note({ type: "call.endpoint", call, detail: { endpoint: "speaker", working: true } });
    assert.deepEqual(reasons(), []);
  } finally {
    vitals.close();
  }
});

Deno.test("a recording that failed counts until another one works, or the call ends", () => {
  const vitals = new Vitals(1_000);
  const call = { id: "1" };
  const note = (event: object) => vitals.note(event as Parameters<Vitals["note"]>[0]);
  const error = { code: "file-unusable", message: "no such folder" };
  const failed = {
    type: "call.endpoint",
    call,
    detail: { endpoint: "record", working: false, error },
  };
  const reasons = () =>
    vitals.judge({ state: initialState(SETTINGS, []), mediaAlive: true }).reasons;
  try {
    note(failed);
    note({ type: "call.recording", call, detail: { name: "off" } });
    assert.deepEqual(reasons(), ["the recording of call 1 does not work"]);
    note({ type: "call.recording", call, detail: { name: "on", path: "/a.wav", settled: true } });
    assert.deepEqual(reasons(), []);
    note(failed);
    note({ type: "call.ended", record: call });
    assert.deepEqual(reasons(), []);
  } finally {
    vitals.close();
  }
});

Deno.test("health is served as status codes with the reasons", async () => {
  let facts: Parameters<typeof judge>[0] = well;
  const server = serveHealth(0, () => judge(facts));
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  try {
    assert.equal((await ask("/healthz")).status, 200);
    facts = { ...well, deviceHost: "it died" };
    assert.equal((await ask("/healthz")).status, 503);
    assert.equal((await ask("/livez")).status, 200);
    facts = { ...well, mediaAlive: false, mediaSilentMs: 60_000 };
    assert.equal((await ask("/livez")).status, 503);
    facts = { ...well, accounts: [account({ state: "registering" })] };
    assert.equal((await ask("/healthz")).status, 200);
    const ready = await ask("/readyz");
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body.reasons, ["desk is not registered since 0 s"]);
    assert.equal((await ask("/other")).status, 404);
  } finally {
    await server.close();
  }
});

Deno.test("a registration is lost from the moment that it is missing until it is back", () => {
  let now = 0;
  const vitals = new Vitals(1_000, () => now);
  vitals.graceMs = 60_000;
  const phone = (registration: RegistrationState) => ({
    state: {
      ...initialState(SETTINGS, []),
      accounts: new Map([["desk", account(registration)]]),
    },
    mediaAlive: true,
  });
  try {
    const failed: RegistrationState = {
      state: "failed",
      status: 0,
      error: { code: "unreachable", message: "no answer" },
      retryInMs: 1,
    };
    const healthyAt = (at: number, registration: RegistrationState) => {
      now = at;
      return vitals.judge(phone(registration)).healthy;
    };
    assert.equal(healthyAt(0, failed), true);
    assert.equal(healthyAt(59_000, { state: "registering" }), true);
    assert.equal(healthyAt(60_001, failed), false);
    assert.equal(healthyAt(61_000, { state: "registered", expires: 60 }), true);
    assert.equal(healthyAt(90_000, failed), true, "it is lost from now");
    assert.equal(healthyAt(151_000, failed), false);
  } finally {
    vitals.close();
  }
});

/** Nothing of this thread runs meanwhile. */
function stallFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

Deno.test("a stall of the event loop is seen by everybody who asks", async () => {
  const watch = new LoopWatch(60_000, 20);
  try {
    await new Promise((resolve) => setTimeout(resolve, 50));
    stallFor(300);
    assert.ok(watch.worst() > 200, "also who asks first sees it");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(watch.worst() > 200, `${watch.worst()}`);
    assert.ok(watch.worst() > 200, "asking forgets nothing");
  } finally {
    watch.close();
  }
});
