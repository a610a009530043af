/** The live line, tables and errors as a terminal shows them. */
import assert from "node:assert/strict";
import { devicesTable } from "../../../src/cli/commands/devices/run.ts";
import { missingPackage, unusableFile } from "../../../src/cli/process/thrown_error.ts";
import { displayKind, openDisplay } from "../../../src/cli/call/call_display.ts";
import { liveLine } from "../../../src/cli/call/live_line.ts";
import { callLine } from "../../../src/cli/live/call_line.ts";
import { errorLines } from "../../../src/cli/process/report_error.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { aReport, aView } from "../../fakes/fake_phone.ts";
import { FakeIo } from "../../fakes/fake_io.ts";

const VIEW = aView({
  answeredAt: 1000,
  codec: "G722",
  muted: true,
  report: aReport({ sentLevel: -90, receivedLevel: 0, dtmfReceived: "12" }),
});

Deno.test("the live line fits its terminal, in Unicode and in ASCII", () => {
  const wide = liveLine(VIEW, { width: 200, ascii: false, now: 66_000 });
  assert.equal(
    wide,
    "● in call  sip:600@127.0.0.1:5560  1:05  G722  muted  mic ▁  spk █  got 12  " +
      "· 0-9*# dial, m mute, q hang up",
  );
  const at = (width: number) => liveLine(VIEW, { width, ascii: false, now: 66_000 });
  assert.equal(at(48), "● in call  1:05  G722  muted  mic ▁  spk █  got 12".slice(0, 47));
  assert.equal(at(60), "● in call  1:05  G722  muted  mic ▁  spk █  got 12");
  assert.match(at(90), /^● in call {2}sip:600@127\.0\.0\.1:5560 .*got 12 {2}· q hang up$/);
  for (const width of [1, 20, 40, 80, 120]) {
    assert.ok([...liveLine(VIEW, { width, ascii: false, now: 66_000 })].length < width);
  }
  const ascii = liveLine(VIEW, { width: 200, ascii: true, now: 66_000 });
  assert.match(ascii, /^[\x20-\x7e]+$/);
  assert.match(ascii, /^\* in call/);
});

Deno.test("status and calls name the cipher of a call's sound and how its keys were agreed", () => {
  const talking = { state: "active", answeredAt: 1_000, codec: "OPUS" } as const;
  assert.ok(callLine(aView(talking), 3_000).endsWith("  2 s  OPUS"));
  const encryption = { keying: "dtls", suite: "AEAD_AES_128_GCM" } as const;
  const line = callLine(aView({ ...talking, encryption }), 3_000);
  assert.ok(line.endsWith("  OPUS  AEAD_AES_128_GCM (DTLS)"), line);
});

Deno.test("a state is a glyph and a word", () => {
  const states = ["dialling", "ringback", "early", "ringing", "active", "held", "ending"] as const;
  const lines = states.map((state) =>
    liveLine(aView({ state }), { width: 80, ascii: false, now: 2000 }).split("  ")[0]
  );
  assert.deepEqual(lines, [
    "◌ calling",
    "◔ ringing",
    "◑ early media",
    "◔ incoming",
    "● in call",
    "‖ on hold",
    "○ ending",
  ]);
});

Deno.test("a live line needs a terminal that can draw, and nobody who wants JSON or quiet", () => {
  const tty = new FakeIo({ tty: { stderr: true } });
  const dumb = new FakeIo({ tty: { stderr: true }, environment: { TERM: "dumb" } });
  const plain = { json: false, quiet: false };
  assert.equal(displayKind(tty, plain), "live");
  assert.equal(displayKind(tty, { ...plain, json: true }), "words");
  assert.equal(displayKind(tty, { ...plain, quiet: true }), "none");
  assert.equal(displayKind(dumb, plain), "words");
  assert.equal(displayKind(new FakeIo(), plain), "words");
});

Deno.test("devices are listed by what they are for, the default marked", () => {
  const device = {
    id: "alsa:card:1x2",
    name: "Card",
    hostApi: "ALSA",
    inputChannels: 1,
    outputChannels: 2,
    defaultInput: false,
    defaultOutput: true,
    sampleRate: 48000,
  };
  const report = { schema: "offhook.devices/1", backend: "none", devices: [device] } as const;
  assert.equal(
    devicesTable({ ...report, devices: [device] }),
    "Microphones\n  Card  alsa:card:1x2\n\nLoudspeakers\n* Card  alsa:card:1x2\n",
  );
});

Deno.test("an error is one line and what to do; a bug comes with its stack", () => {
  const plain = new OffhookError("busy", "they talk", { hint: "Wait." });
  assert.deepEqual(errorLines(plain), ["offhook: they talk", "  Wait."]);
  const bug = OffhookError.from(new TypeError("x is undefined"));
  const lines = errorLines(bug);
  assert.equal(lines[0], "offhook: x is undefined");
  assert.match(lines.join("\n"), /a bug of offhook[^]*at .*display_test\.ts/);
});

Deno.test("a call that cannot begin does not say that it is calling", () => {
  const view = aView({ state: "dialling" });
  const { sipCallId: _, ...unbegun } = view;
  const failing = new FakeIo();
  const failed = openDisplay(failing, "words");
  failed.show(unbegun);
  failed.show({ ...unbegun, state: "ending" });
  failed.close();
  assert.equal(failing.stderr.text, "");
  const refusing = new FakeIo();
  const refused = openDisplay(refusing, "words");
  refused.show(unbegun);
  refused.show({ ...unbegun, sipCallId: "a@b", state: "ending" });
  assert.equal(refusing.stderr.text, `calling ${view.remote.uri}\n`);
});

Deno.test("a package that is gone is a matter of the set-up, not a bug", () => {
  const rows = [
    `Could not find a matching package for 'npm:smol-toml@1.9.1' in the node_modules directory.`,
    `Module not found "file:///x/node_modules/smol-toml@1.9.1/dist/index.js".`,
  ];
  for (const message of rows) {
    const error = missingPackage(new TypeError(message));
    assert.match(error?.message ?? "", /^the npm package smol-toml@1\.9\.1\S* is missing$/);
    assert.match(error?.hint ?? "", /^Run `deno task install` again in \//);
  }
  assert.equal(missingPackage(new TypeError("x is not a function")), undefined);
});

Deno.test("a folder that the machine does not let us use is told; other errors stay bugs", async () => {
  const file = await Deno.makeTempFile();
  const thrown = await Deno.mkdir(`${file}/offhook`).then(() => undefined, (error) => error);
  await Deno.remove(file);
  const told = unusableFile(thrown);
  assert.equal(told?.exitCode, 2);
  assert.equal(told.message, `cannot use ${file}/offhook: a part of its path is not a folder`);
  assert.equal(unusableFile(new TypeError("x is undefined in '/src/x.ts'")), undefined);
});
