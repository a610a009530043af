/** No text of a user injects a header. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  displayNameContent,
  extraHeaderLine,
  headerValue,
  quotedString,
  reasonPhrase,
} from "../../../src/core/account/header_value.ts";

/** Asserts a usage error that names the header. */
function refused(action: () => unknown, header: string): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof OffhookError);
    assert.equal(error.code, "usage");
    assert.match(error.message, new RegExp(header.replace(/[^\w-]/g, ".")));
    return true;
  });
}

Deno.test("line ends, NUL and other control characters are refused, naming the header", () => {
  for (const bad of ["a\rb", "a\nb", "a\r\nX: y", "a\0b", "a\x1bb", "a\x7f"]) {
    refused(() => headerValue("X-Custom", bad), "X-Custom");
    refused(() => extraHeaderLine({ name: "X-Custom", value: bad }), "X-Custom");
    refused(() => displayNameContent(bad), "display name");
    refused(() => reasonPhrase(bad), "reason");
  }
  refused(() => headerValue("X", "\ud800"), "X");
});

Deno.test("what is refused would have injected a header, what passes cannot", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      let line: string;
      try {
        line = extraHeaderLine({ name: "X-Any", value });
      } catch (error) {
        return assert.ok(error instanceof OffhookError && error.code === "usage");
      }
      assert.doesNotMatch(line, /[\r\n\0]/);
      assert.ok(line.startsWith("X-Any: "));
    }),
  );
});

Deno.test("names that the user agent writes itself are refused in every spelling", () => {
  for (
    const name of ["Via", "call-id", "I", "CSEQ", "Content-Length", "l", "From", "Require", "m"]
  ) {
    refused(() => extraHeaderLine({ name, value: "1" }), name);
  }
  for (const name of ["", "a b", "a:b", "X\r\nY", "ä"]) {
    assert.throws(() => extraHeaderLine({ name, value: "1" }), OffhookError);
  }
  assert.equal(extraHeaderLine({ name: "X-Ticket", value: " 42 " }), "X-Ticket: 42");
  assert.equal(extraHeaderLine({ name: "Subject", value: "é\t✓" }), "Subject: é\t✓");
});

Deno.test("quotes and backslashes are escaped inside quoted strings", () => {
  assert.equal(displayNameContent('a "b" \\'), 'a \\"b\\" \\\\');
  assert.equal(quotedString("x", 'say "hi"'), '"say \\"hi\\""');
});
