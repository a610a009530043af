/** A call as a Unix pipe: what is piped in is heard by the other phone, what it says comes out. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

testWith(
  ["baresip", "sox", "espeak"],
  "sox | offhook dial --mic pipe --speaker pipe | sox",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
      const raw = "-t raw -r 16000 -e signed -b 16 -c 1 -";
      const offhook = `'${Deno.execPath()}' run --quiet --no-prompt -P=station '${MAIN}'`;
      const hears = scratch.file("hears.wav");
      // The microphone's end ends the call: some eight seconds are too long for a test.
      const { code, stderr } = await new Deno.Command("bash", {
        args: [
          "-o",
          "pipefail",
          "-c",
          `sox '${says}' ${raw} trim 0 4 | ${offhook} dial '${baresip.uri}' --mic pipe --speaker pipe ` +
          `| sox ${raw} -r 8000 '${hears}'`,
        ],
        env: { XDG_CONFIG_HOME: scratch.path, XDG_STATE_HOME: scratch.path, NO_COLOR: "1" },
        stdout: "null",
        stderr: "piped",
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, hears, "the pipe");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(
  ["baresip", "sox", "espeak"],
  "a reader that goes away early ends nothing but itself",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
      const offhook = `'${Deno.execPath()}' run --quiet --no-prompt -P=station '${MAIN}'`;
      const { stdout, stderr } = await new Deno.Command("bash", {
        args: [
          "-c",
          `${offhook} dial '${baresip.uri}' --mic silence --speaker pipe --duration 3s | head -c 3200 | wc -c; ` +
          `echo "status \${PIPESTATUS[0]}"`,
        ],
        env: { XDG_CONFIG_HOME: scratch.path, XDG_STATE_HOME: scratch.path, NO_COLOR: "1" },
        stdout: "piped",
        stderr: "piped",
      }).output();
      assert.match(new TextDecoder().decode(stdout), /^3200\nstatus (0|10)\n$/);
      assert.doesNotMatch(new TextDecoder().decode(stderr), /EPIPE|BrokenPipe|bug of offhook/);
    }),
);
