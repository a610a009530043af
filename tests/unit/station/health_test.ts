import assert from "node:assert/strict";
import type { RegistrationState } from "../../../src/core/account.ts";
import { judge } from "../../../src/station/health.ts";
import { serveHealth } from "../../../src/station/health_server.ts";
import { ACCOUNT } from "../core/scene.ts";

const account = (registration: RegistrationState, register = true) => ({
  account: { ...ACCOUNT, register },
  registration,
  connected: true,
});

const well = { loopLateMs: 0, accounts: [], mediaAlive: true, brokenEndpoints: [] };

Deno.test("ready is healthy and registered; each fault is named", () => {
  const failed: RegistrationState = {
    state: "failed",
    status: 403,
    error: { code: "auth-refused", message: "wrong password" },
  };
  const table = [
    [well, true, true, ""],
    [{ ...well, accounts: [account({ state: "registered", expires: 60 })] }, true, true, ""],
    [{ ...well, accounts: [account({ state: "registering" })] }, true, false, "desk"],
    [{ ...well, accounts: [account({ state: "none" }, false)] }, true, true, ""],
    [{ ...well, accounts: [account(failed)] }, true, false, "wrong password"],
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

Deno.test("health is served as status codes with the reasons", async () => {
  let facts: Parameters<typeof judge>[0] = well;
  const server = serveHealth(0, () => judge(facts));
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  try {
    assert.equal((await ask("/healthz")).status, 200);
    facts = { ...well, accounts: [account({ state: "registering" })] };
    assert.equal((await ask("/healthz")).status, 200);
    const ready = await ask("/readyz");
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body.reasons, ["desk is not registered"]);
    assert.equal((await ask("/other")).status, 404);
  } finally {
    await server.close();
  }
});
