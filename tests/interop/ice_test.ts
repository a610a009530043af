/** Calls with ICE against agents that are not ours: baresip, rtpengine; and peers that have none. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { type CallJson, Offhook } from "../peers/offhook.ts";
import { freePorts } from "../peers/ports.ts";
import { iceEcho } from "../peers/ice_echo.ts";
import { Rtpengine } from "../peers/rtpengine.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const SOUND = ["sox", "espeak"] as const;

/** A configuration with ICE; nothing else is asked. */
async function config(scratch: Scratch, more = ""): Promise<string> {
  const path = scratch.file("ice.toml");
  await Deno.writeTextFile(path, `[ice]\npolicy = "all"\n${more}`);
  return path;
}

function reportOf({ stdout, stderr }: { stdout: Uint8Array; stderr: string }): CallJson {
  const text = new TextDecoder().decode(stdout);
  assert.ok(text.startsWith("{"), stderr);
  return JSON.parse(text);
}

async function dial(scratch: Scratch, uri: string, more = "", extra: string[] = []) {
  const heard = scratch.file("heard.wav");
  const run = await Offhook.run(scratch, [
    ...["dial", uri, "--config", await config(scratch, more), "--json", "--duration", "6s"],
    ...["--mic", `file:${await spokenWav()}`, "--speaker", `file:${heard}`, ...extra],
  ]);
  return { heard, report: reportOf(run), ...run };
}

testWith(
  ["baresip", ...SOUND],
  "offhook calls baresip with ICE, and both hear each other",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, {
        user: "bob",
        says,
        autoAnswer: true,
        ice: true,
      });
      const { heard, report, status, stderr } = await dial(scratch, baresip.uri);
      assert.equal(status, 0, stderr);
      assert.equal(report.media.ice?.state, "connected", stderr);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, heard, "offhook");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(
  ["baresip", ...SOUND],
  "baresip calls offhook with ICE, and both hear each other",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const heard = scratch.file("heard.wav");
      const offhook = Offhook.start(scratch, [
        ...["answer", "--listen", "127.0.0.1:0", "--config", await config(scratch)],
        ...["--json", "--duration", "6s"],
        ...["--mic", `file:${says}`, "--speaker", `file:${heard}`],
      ]);
      const baresip = await Baresip.start(scratch, { user: "bob", says, ice: true });
      const [, at] = await offhook.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
      await baresip.dial(`sip:alice@${at}`);
      const run = await offhook.finished;
      assert.equal(run.status, 0, run.stderr);
      assert.equal(reportOf(run).media.ice?.state, "connected", run.stderr);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, heard, "offhook");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

for (const lite of [false, true]) {
  const kind = lite ? "an ICE-lite rtpengine" : "rtpengine";
  testWith(
    ["rtpengine", ...SOUND],
    `offhook hears itself by ICE through ${kind}`,
    () =>
      withScratch(async (scratch) => {
        const rtpengine = await Rtpengine.start(scratch);
        const uri = iceEcho(scratch, rtpengine, lite);
        const { heard, report, status, stderr } = await dial(scratch, uri);
        assert.equal(status, 0, stderr);
        assert.equal(report.media.ice?.state, "connected", stderr);
        await assertHeard(await spokenWav(), heard, "offhook");
      }),
  );
}

testWith(
  ["baresip", ...SOUND],
  "offhook with ICE calls a peer that has none",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
      const { heard, report, status, stderr } = await dial(scratch, baresip.uri);
      assert.equal(status, 0, stderr);
      assert.equal(report.media.ice, null);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, heard, "offhook");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(
  ["baresip", ...SOUND],
  "a dead STUN and a dead TURN server cost two seconds and are told",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, {
        user: "bob",
        says,
        autoAnswer: true,
        ice: true,
      });
      const secret = scratch.file("turn.password");
      await Deno.writeTextFile(secret, "never shown\n", { mode: 0o600 });
      const [stun, turn] = [freePorts(), freePorts()];
      const servers = `stun = ["stun:127.0.0.1:${stun}"]\n[[ice.turn]]\n` +
        `url = "turn:127.0.0.1:${turn}"\nusername = "alice"\npassword_file = "${secret}"\n`;
      const { report, status, stderr } = await dial(scratch, baresip.uri, servers);
      assert.equal(status, 0, stderr);
      assert.equal(report.media.ice?.state, "connected");
      assert.match(stderr, /the STUN server 127\.0\.0\.1:\d+ did not answer within 2 s/);
      assert.match(stderr, /the TURN server 127\.0\.0\.1:\d+ \(UDP\) did not answer within 2 s/);
      assert.doesNotMatch(stderr, /never shown/);
    }),
);
