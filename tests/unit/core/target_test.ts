/** What people type becomes the URI to call, or a reason. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import { resolveTarget } from "../../../src/core/account/target.ts";

const ACCOUNT = {
  server: "pbx.example.com",
  dialPlan: [{ match: "0([1-9]\\d+)", to: "+49$1" }, { match: "9", to: "sip:desk@10.0.0.9:5070" }],
};

Deno.test("what people write becomes the URI that it means", () => {
  const table: [string, string][] = [
    ["sip:600@127.0.0.1:5560", "sip:600@127.0.0.1:5560"],
    ["SIP:Bob@Example.com", "sip:Bob@Example.com"],
    ["sips:bob@example.com;transport=tcp", "sips:bob@example.com;transport=tcp"],
    ["sip:[::1]:5560", "sip:[::1]:5560"],
    ["sip:600@[::1]", "sip:600@[::1]"],
    ["sip:#31#600@host", "sip:%2331%23600@host"],
    ["sip:a%20b@host", "sip:a%20b@host"],
    ["tel:+49-30-123", "tel:+4930123"],
    ["tel:110;phone-context=example.com", "tel:110;phone-context=example.com"],
    ["bob@example.com", "sip:bob@example.com"],
    ["bob@example.com:5080", "sip:bob@example.com:5080"],
    ["jürgen@example.com", "sip:j%C3%BCrgen@example.com"],
    ["600", "sip:600@pbx.example.com"],
    ["*97", "sip:*97@pbx.example.com"],
    ["#21#", "sip:%2321%23@pbx.example.com"],
    ["+49 (30) 123-45/6", "sip:+4930123456@pbx.example.com"],
    ["+49 (0) 171 / 123-4567", "sip:+491711234567@pbx.example.com"],
    ["+49(0)30 1234", "sip:+49301234@pbx.example.com"],
    ["+44 ( 0 ) 20 7946 0000", "sip:+442079460000@pbx.example.com"],
    ["0049 (0) 30 1234", "sip:0049301234@pbx.example.com"],
    ["tel:+49(0)30-123", "tel:+4930123"],
    ["+39 06 1234", "sip:+39061234@pbx.example.com"],
    ["\u202a+49 (0) 30 12\u202c", "sip:+493012@pbx.example.com"],
    ["(0) 30 1234", "sip:+49301234@pbx.example.com"],
    ["+49 30 – 123\u201145", "sip:+493012345@pbx.example.com"],
    ["alice", "sip:alice@pbx.example.com"],
    ["alice.smith", "sip:alice.smith@pbx.example.com"],
    [" 600 ", "sip:600@pbx.example.com"],
    ["030 1234", "sip:+49301234@pbx.example.com"],
    ["00", "sip:00@pbx.example.com"],
    ["9", "sip:desk@10.0.0.9:5070"],
  ];
  for (const [text, uri] of table) assert.equal(resolveTarget(text, ACCOUNT).uri, uri, text);
});

Deno.test("a malformed target is refused with the reason", () => {
  const table: [string, RegExp][] = [
    ["", /it is empty/],
    ["  ", /it is empty/],
    ["sip:", /names no host/],
    ["sip:bob@", /names no host/],
    ["sip:@host", /nothing stands before the @/],
    ["@host", /nothing stands before the @/],
    ["sip:bob@ho st", /"ho st" is not HOST/],
    ["sip:bob@host:99999", /"host:99999" is not HOST/],
    ["sip:bob@host:", /is not HOST/],
    ["sip:b ob@host", /"b ob" is not a user name/],
    ["sip:bob@host?Subject=x", /no headers/],
    ["sip:bob@host;a b", /are not URI parameters/],
    ["sip:bob@host\r\nX: y", /control characters/],
    ["tel:abcxyz", /not a telephone number/],
    ["tel:", /not a telephone number/],
    ["http://example.com/", /"http:" is not a scheme/],
    ["mailto:bob@example.com", /no : before the @/],
    ["two words", /no spaces/],
  ];
  for (const [text, why] of table) {
    assert.throws(() => resolveTarget(text, ACCOUNT), (error: OffhookError) => {
      assert.equal(error.exitCode, 2, text);
      assert.match(error.message, why, text);
      return true;
    });
  }
});

Deno.test("a telephone number with letters is refused with the digits of the same keys", () => {
  const table: [string, string | undefined][] = [
    ["tel:+1-800-FLOWERS", "Dial the digits that are on the same keys: tel:+1-800-3569377"],
    ["tel:+1-800-flowers;isub=1", "Dial the digits that are on the same keys: tel:+1-800-3569377"],
    ["tel:+1-800-b\u00e4cker", undefined],
    ["tel:+", undefined],
  ];
  for (const [text, hint] of table) {
    assert.throws(() => resolveTarget(text, ACCOUNT), (error: OffhookError) => {
      assert.equal(error.exitCode, 2, text);
      assert.equal(error.hint, hint, text);
      return true;
    });
  }
});

Deno.test("a password in a target is refused and not quoted", () => {
  assert.throws(() => resolveTarget("sip:bob:hunter2@host", ACCOUNT), (error: OffhookError) => {
    assert.equal(error.code, "invalid-target");
    assert.ok(!JSON.stringify(error.toJSON()).includes("hunter2"));
    return true;
  });
});

Deno.test("only a target with a host of its own can be called without an account", () => {
  assert.equal(resolveTarget("sip:600@127.0.0.1:5560").host, "127.0.0.1:5560");
  assert.equal(resolveTarget("600", ACCOUNT).host, undefined);
  assert.throws(() => resolveTarget("600"), (error: OffhookError) => {
    assert.equal(error.code, "config-missing");
    assert.match(error.message, /no account/);
    return true;
  });
});

Deno.test("no text brings a line end, a space or an angle bracket into the URI", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string()), (text) => {
    for (const candidate of [text, `sip:${text}`, `${text}@host`, `sip:a@${text}`, `tel:${text}`]) {
      try {
        assert.match(resolveTarget(candidate, ACCOUNT).uri, /^(sips?|tel):[^\s<>"]+$/);
      } catch (error) {
        if (!(error instanceof OffhookError)) throw error;
      }
    }
  }));
});

Deno.test("a host that is written as a number is told how a server is written", () => {
  const hintOf = (text: string): string => {
    try {
      resolveTarget(text, {});
    } catch (error) {
      return (error as OffhookError).hint ?? "";
    }
    return assert.fail(`${text} was taken`);
  };
  assert.match(hintOf("127.0.0.1:5060"), /Write sip:127\.0\.0\.1:5060 /);
  assert.match(hintOf("pbx.example.com"), /Write sip:pbx\.example\.com /);
  for (const name of ["600", "alice"]) assert.match(hintOf(name), /sip:user@host/);
});
