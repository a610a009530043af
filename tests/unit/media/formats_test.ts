import assert from "node:assert/strict";
import { CODECS } from "../../../src/core/account/account.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";

Deno.test("media runs every codec that an account may have, in the order of preference", () => {
  assert.deepEqual(
    [...new Set(MEDIA_FORMATS.map(({ encoding }) => encoding))],
    [...CODECS, "TELEPHONE-EVENT"],
  );
});

Deno.test("each clock of sound has telephone events (RFC 4733 §2.1), each format its payload type", () => {
  const of = (events: boolean) =>
    MEDIA_FORMATS.filter(({ encoding }) => (encoding === "TELEPHONE-EVENT") === events);
  const clocks = new Set(of(false).map(({ clockRate }) => clockRate));
  assert.deepEqual(new Set(of(true).map(({ clockRate }) => clockRate)), clocks);
  assert.equal(new Set(MEDIA_FORMATS.map((each) => each.payloadType)).size, MEDIA_FORMATS.length);
});
