import assert from "node:assert/strict";
import { CODECS } from "../../../src/core/account/account.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";

Deno.test("media runs every codec that an account may have, in the order of preference", () => {
  assert.deepEqual(
    MEDIA_FORMATS.map(({ encoding }) => encoding),
    [...CODECS, "TELEPHONE-EVENT", "TELEPHONE-EVENT"],
  );
});
