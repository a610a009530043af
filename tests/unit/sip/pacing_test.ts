/** How fast requests are repeated: waits, their floors, and the gate behind them all. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  Backoff,
  Damper,
  flowRecoveryDelay,
  heldSession,
  refreshDelay,
  RequestGate,
  retryDelay,
} from "../../../src/sip/limits/pacing.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

Deno.test("a flow waits 30 or 90 s times two to the failures, half an hour at most (RFC 5626 §4.5)", () => {
  const bounds = (up: boolean) =>
    [1, 2, 3, 4, 30].map((failures) => flowRecoveryDelay(failures, up, 0.9999999) / 1000);
  assert.deepEqual(bounds(false).map(Math.round), [60, 120, 240, 480, 1800]);
  assert.deepEqual(bounds(true).map(Math.round), [180, 360, 720, 1440, 1800]);
  assert.equal(flowRecoveryDelay(3, false, 0), 120_000);
});

Deno.test("delays double up to a minute, with jitter, and start anew after a stable connection", () => {
  const backoff = new Backoff(() => 0.999999);
  const delays = Array.from({ length: 10 }, () => backoff.next(0));
  assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  backoff.reset(100_000);
  assert.equal(backoff.next(110_000), 60_000, "a short connection is none");
  backoff.reset(200_000);
  assert.equal(backoff.next(230_000), 250);
  assert.equal(new Backoff(() => 0).next(0), 125);
});

Deno.test("a refresh is well before the expiry, whatever was granted", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(fc.integer({ min: 3, max: 86_400 }), random, (granted, value) => {
    const delay = refreshDelay(granted, value);
    assert.ok(delay >= granted * 699 && delay <= granted * 851);
  }));
});

Deno.test("waits double to five minutes with jitter; refusals wait long; Retry-After is obeyed", () => {
  const waits = [1, 2, 3, 10, 50].map((failures) => retryDelay(503, failures, 0, undefined));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 150_000, 150_000]);
  assert.equal(retryDelay(408, 1, 0.999, undefined), 1_999);
  assert.equal(retryDelay(403, 1, 0, undefined), 240_000);
  assert.equal(retryDelay(403, 1, 0, 7), 7_000);
});

Deno.test("no grant is refreshed more often than each 2 s, or later than a timer can wait", () => {
  const granted = fc.oneof(fc.nat({ max: 5 }), fc.nat(), fc.constant(2 ** 53));
  fc.assert(fc.property(granted, random, (seconds, value) => {
    const delay = refreshDelay(seconds, value);
    assert.ok(delay >= 2_000 && delay <= 86_400_000, `${delay} ms`);
  }));
});

Deno.test("no answer makes a failed REGISTER come back sooner than its back-off", () => {
  const status = fc.integer({ min: 0, max: 699 });
  const asked = fc.option(fc.integer({ min: 0, max: 86_400 }), { nil: undefined });
  fc.assert(fc.property(status, asked, random, (code, seconds, value) => {
    let waited = 0;
    for (let failures = 1; failures <= 10; failures++) {
      const wait = retryDelay(code, failures, value, seconds);
      assert.ok(wait >= (seconds ?? 0) * 1000 && wait <= 86_400_000);
      waited += wait;
    }
    assert.ok(waited >= 500_000, `10 REGISTERs in ${waited} ms`);
  }));
});

Deno.test("a success that registered nothing is waited for longer than a failure", () => {
  assert.equal(retryDelay(200, 1, 0, undefined), 2_000);
  assert.equal(retryDelay(200, 5, 0, undefined), 32_000);
});

Deno.test("an address that keeps changing is registered slower and slower", () => {
  const damper = new Damper(() => 0);
  const waits: number[] = [];
  let now = 0;
  for (let time = 0; time < 6; time++) {
    const wait = damper.next(now);
    waits.push(wait);
    now += wait;
  }
  assert.deepEqual(waits, [0, 2_000, 4_000, 8_000, 16_000, 32_000]);
  assert.equal(damper.next(now + 299_000), 64_000);
  assert.equal(damper.next(now + 299_000 + 64_000 + 300_000), 0, "five quiet minutes later");
});

Deno.test("a session is held for 20 s at least", () => {
  assert.deepEqual([1, 20, 90].map(heldSession), [20, 20, 90]);
});

Deno.test("the gate lets 30 requests of a kind through at once, then one a second", () => {
  const gate = new RequestGate();
  const sent = (method: string, callId: string, now: number, times: number) => {
    let passed = 0;
    for (let time = 0; time < times; time++) {
      try {
        gate.pass(method, callId, now);
        passed += 1;
      } catch { /* one too many */ }
    }
    return passed;
  };
  assert.equal(sent("INVITE", "a", 0, 100), 30);
  assert.equal(sent("INVITE", "b", 0, 1), 1, "another call is not concerned");
  assert.equal(sent("UPDATE", "a", 0, 1), 1, "nor is another method");
  assert.equal(sent("BYE", "a", 0, 100), 100, "what ends a call always goes out");
  assert.equal(sent("INVITE", "a", 10_000, 100), 10);
  assert.throws(() => gate.pass("INVITE", "a", 10_500), { code: "unreachable" });
});

Deno.test("in any hour the gate lets 3,630 requests of a kind through at most", () => {
  const pauses = fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(pauses, (cycle) => {
      const gate = new RequestGate();
      let passed = 0;
      for (let now = 0, at = 0; now < 3_600_000 && at < 20_000; now += cycle[at++ % cycle.length]) {
        try {
          gate.pass("REGISTER", "r", now);
          passed += 1;
        } catch { /* one too many */ }
      }
      assert.ok(passed <= 3_630, `${passed}`);
    }),
    { numRuns: 20 },
  );
});
