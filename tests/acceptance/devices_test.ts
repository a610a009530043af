/** `offhook devices test` on a private sound server: what is played is heard, or it says why not. */
import assert from "node:assert/strict";
import { PORTAUDIO_RIGS } from "../fakes/device_rigs.ts";
import { testUnless } from "../support/skip.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

async function devicesTest(env: Record<string, string>, ...args: string[]) {
  const entry = ["run", "--quiet", "--no-prompt", `--config=${ROOT}deno.json`, "-P=station"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...entry, `${ROOT}main.ts`, "devices", "test", ...args],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

for (const kind of PORTAUDIO_RIGS) {
  testUnless(kind.reason, `devices test says what it heard, with ${kind.name}`, async (t) => {
    await using rig = await kind.start();
    const env = rig.options.env!;

    await t.step("a speaker that the microphone hears: level and latency", async () => {
      const mic = `device:Nonesuch | ${rig.microphone}`;
      const { code, out, err } = await devicesTest(
        env,
        "--json",
        "--mic",
        mic,
        "--speaker",
        `device:${rig.speaker}`,
      );
      assert.equal(code, 0, err);
      const report = JSON.parse(out);
      assert.equal(report.schema, "offhook.devices-test/1");
      assert.deepEqual(report.microphone.passedOver, ["Nonesuch"]);
      assert.equal(report.microphone.noiseDbfs, -90);
      assert.equal(report.echo.heard, true);
      assert.ok(Math.abs(report.echo.levelDb) < 6, `${report.echo.levelDb} dB`);
      assert.ok(report.echo.latencyMs > 5 && report.echo.latencyMs < 900);
      assert.match(report.findings.join(), /will hear an echo/);
    });

    await t.step("a microphone that is muted is exit 10, in clear words", async () => {
      const { code, out, err } = await devicesTest(
        env,
        "--mic",
        "device:test_microphone",
        "--speaker",
        `device:${rig.speaker}`,
      );
      assert.equal(code, 10, err);
      assert.match(out, /gives no sound at all: it is muted, its volume is 0/);
      assert.match(out, /Echo {8}none/);
      assert.match(err, /Say something/);
    });

    await t.step("a file is no device, and a device that is not there is told", async () => {
      const file = await devicesTest(env, "--mic", "tone");
      assert.equal(file.code, 2);
      const gone = await devicesTest(env, "--mic", "device:Nonesuch|None");
      assert.equal(gone.code, 10);
      assert.match(gone.err, /none of the microphones "Nonesuch", "None"[^]*test_microphone/);
    });
  });
}
