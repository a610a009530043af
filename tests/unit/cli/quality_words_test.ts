/** How a live call sounds, on its line of `status` and `calls`. */
import assert from "node:assert/strict";
import { qualityWords } from "../../../src/cli/live/quality_words.ts";

Deno.test("both directions by what is known of now, else of the call; nothing without a measurement", () => {
  const rated = (mos: number) => ({ lossShare: 0, listening: { r: 80, mos } });
  assert.equal(qualityWords(undefined), "");
  assert.equal(qualityWords({}), "");
  const incoming = { scale: "narrowband", call: rated(4.41), now: rated(3.26) } as const;
  const outgoing = { scale: "wideband", call: rated(4.34) } as const;
  assert.equal(qualityWords({ incoming }), "MOS 3.3 in");
  assert.equal(qualityWords({ incoming, outgoing }), "MOS 3.3 in, 4.3 out (wideband)");
});
