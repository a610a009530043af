/** What a registrar says of time. */
import assert from "node:assert/strict";
import { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import { ResponseMessage } from "../../../src/sip/library/peer_message.ts";
import { grantedExpires, retryAfter } from "../../../src/sip/registration/schedule.ts";

function response(headers: [string, string][]): ResponseMessage {
  const message = new IncomingResponseMessage();
  for (const [name, value] of headers) message.addHeader(name, value);
  return new ResponseMessage(message);
}

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
