/** When a registration is refreshed, and tried again. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import {
  grantedExpires,
  refreshDelay,
  retryAfter,
  retryDelay,
} from "../../../src/sip/registration_schedule.ts";

function response(headers: [string, string][]): IncomingResponseMessage {
  const message = new IncomingResponseMessage();
  for (const [name, value] of headers) message.addHeader(name, value);
  return message;
}

Deno.test("a refresh is well before the expiry, whatever was granted", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), random, (granted, value) => {
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

Deno.test("Retry-After may have a comment, and is bounded by a day", () => {
  assert.equal(retryAfter(response([["retry-after", "120 (maintenance);duration=60"]])), 120);
  assert.equal(retryAfter(response([["retry-after", "999999999"]])), 86_400);
  assert.equal(retryAfter(response([["retry-after", "soon"]])), undefined);
  assert.equal(retryAfter(response([])), undefined);
});

Deno.test("what is granted is found at our Contact, then at the only one, then in Expires", () => {
  const ours = "sip:alice@10.0.0.1:5062;transport=tcp";
  const other = "<sip:alice@10.0.0.2:5062>;expires=10";
  const granted = (...headers: [string, string][]) => grantedExpires(response(headers), ours, 300);
  assert.equal(
    granted(["contact", `${other}, <sip:alice@10.0.0.1:5062>;expires=20`], ["expires", "30"]),
    20,
  );
  assert.equal(granted(["contact", other]), 10);
  assert.equal(granted(["contact", `${other}, ${other}`], ["expires", "30"]), 30);
  assert.equal(granted(["contact", "<sip:alice@10.0.0.1:5062>"], ["expires", "30"]), 30);
  assert.equal(granted(["contact", "*"]), 300);
  assert.equal(granted(["contact", "rubbish <"], ["expires", "x"]), 300);
});
