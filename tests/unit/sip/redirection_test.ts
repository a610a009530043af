/** Contacts of 3xx answers: order and end. */
import assert from "node:assert/strict";
import { Redirection } from "../../../src/sip/call/redirection.ts";

function all(redirection: Redirection): string[] {
  const targets: string[] = [];
  for (let next = redirection.next(); next !== undefined; next = redirection.next()) {
    targets.push(next);
  }
  return targets;
}

Deno.test("contacts come in the order of q, equal ones as they stood, each once", () => {
  const redirection = new Redirection("sip:first@h");
  redirection.add([
    "<sip:low@h>;q=0.2, <sip:none@h>",
    '"Bob" <sip:high@h?Subject=x>;q=0.9',
    "<sip:same@h>;q=0.9",
    "<sip:first@h>, <sip:low@h>;q=1",
    "<mailto:x@y>",
    "nonsense",
  ]);
  assert.deepEqual(all(redirection), ["sip:none@h", "sip:low@h", "sip:high@h", "sip:same@h"]);
});

Deno.test("contacts of a later 3xx come before those that wait", () => {
  const redirection = new Redirection("sip:first@h");
  redirection.add(["<sip:a@h>, <sip:b@h>;q=0.5"]);
  assert.equal(redirection.next(), "sip:a@h");
  redirection.add(["<sip:c@h>;q=0.1, <sip:a@h>"]);
  assert.deepEqual(all(redirection), ["sip:c@h", "sip:b@h"]);
});

Deno.test("a call by sips: is redirected to sips: only", () => {
  const redirection = new Redirection("sips:first@h");
  redirection.add(["<sip:a@h>, <sips:b@h>;q=0.5, <tel:+49>"]);
  assert.deepEqual(all(redirection), ["sips:b@h"]);
});

Deno.test("no more than ten targets are tried", () => {
  const redirection = new Redirection("sip:first@h");
  redirection.add(Array.from({ length: 30 }, (_, index) => `<sip:${index}@h>`));
  assert.equal(all(redirection).length, 10);
});
