/** How a live call sounds, on its line of `status` and `calls`. */
import assert from "node:assert/strict";
import { badSoundOf } from "../../../src/core/state/bad_sound.ts";
import { qualityWords } from "../../../src/cli/live/quality_words.ts";
import { soundWords } from "../../../src/cli/live/silence_words.ts";

Deno.test("both directions by what is known of now, else of the call; nothing without a measurement", () => {
  const rated = (mos: number) => ({ lossShare: 0, listening: { r: 80, mos } });
  assert.equal(qualityWords(undefined), "");
  assert.equal(qualityWords({}), "");
  const incoming = { scale: "narrowband", call: rated(4.41), now: rated(3.26) } as const;
  const outgoing = { scale: "wideband", call: rated(4.34) } as const;
  assert.equal(qualityWords({ incoming }), "MOS 3.3 in");
  assert.equal(qualityWords({ incoming, outgoing }), "MOS 3.3 in, 4.3 out (wideband)");
});

Deno.test("bad sound is a sentence with what to do, its end another", () => {
  const sound = badSoundOf("busy", 650, "incoming", 0);
  assert.match(
    soundWords({ direction: "incoming", bad: true, ...sound }),
    /^bad sound: this machine stood still for 650 ms of the last ten seconds\. Another program/,
  );
  const over = { bad: false, lastedMs: 40_400 } as const;
  assert.equal(
    soundWords({ direction: "incoming", ...over }),
    "the sound is good again after 40 s",
  );
  assert.match(
    soundWords({ direction: "outgoing", ...over }),
    /^what the other side hears is good/,
  );
});
