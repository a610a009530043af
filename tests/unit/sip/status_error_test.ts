/** What a final status means to the user. */
import assert from "node:assert/strict";
import { callErrorCode } from "../../../src/base/network/sip_status.ts";
import { EXIT_CODES } from "../../../src/base/errors.ts";
import {
  callError,
  registrationError,
  registrationErrorCode,
  silenceError,
} from "../../../src/sip/agent/status_error.ts";

Deno.test("a call's final status has the exit code of the product's table", () => {
  const table: Record<number, number> = {
    300: 8,
    302: 8,
    400: 7,
    401: 4,
    403: 7,
    404: 8,
    405: 7,
    407: 4,
    408: 6,
    410: 8,
    415: 7,
    420: 7,
    480: 6,
    481: 7,
    484: 8,
    486: 5,
    487: 7,
    488: 9,
    491: 7,
    500: 8,
    503: 8,
    504: 8,
    600: 5,
    603: 7,
    604: 8,
    606: 9,
  };
  for (const [status, exit] of Object.entries(table)) {
    assert.equal(EXIT_CODES[callErrorCode(Number(status))], exit, status);
  }
});

Deno.test("every status from 300 to 699 has a code", () => {
  for (let status = 300; status < 700; status++) {
    assert.ok(EXIT_CODES[callErrorCode(status)] > 1);
    assert.ok(EXIT_CODES[registrationErrorCode(status)] > 1);
  }
});

Deno.test("403 refuses a call, but an account", () => {
  assert.equal(callErrorCode(403), "declined");
  assert.equal(registrationErrorCode(403), "auth-refused");
});

Deno.test("the sentence names who, the status and the reason", () => {
  const error = callError(486, "Busy Here", "sip:bob@example.com");
  assert.equal(error.message, "sip:bob@example.com refused the call: 486 Busy Here");
  assert.deepEqual(error.data, { status: 486, reason: "Busy Here" });
  const refused = registrationError(403, "", "alice@example.com");
  assert.equal(refused.message, "alice@example.com was not registered: 403");
  assert.match(refused.hint ?? "", /password.*max_contacts/);
  assert.ok(refused.hint);
});

Deno.test("silence is no answer of anybody: unreachable, with where", () => {
  const error = silenceError({ transport: "udp", remote: { host: "2001:db8::1", port: 5060 } });
  assert.equal(error.code, "unreachable");
  assert.equal(error.message, "nothing answers at [2001:db8::1]:5060 over udp");
});
