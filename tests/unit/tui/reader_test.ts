/** The phone as lines: what is typed, and what is said of it, once. */
import assert from "node:assert/strict";
import type { CallView } from "../../../src/core/state/call_view.ts";
import { badSoundOf } from "../../../src/core/state/bad_sound.ts";
import { type SilenceCause, silenceOf } from "../../../src/core/state/silence.ts";
import { wordsFor } from "../../../src/tui/look/strings.ts";
import { announcements } from "../../../src/tui/reader/announce.ts";
import { call, state } from "./stage.ts";
import { Reader } from "../../../src/tui/reader/reader.ts";
import { deskScreen, settled } from "../../fakes/desk_screen.ts";

interface Scene {
  /** Types a line. @returns what was written until all is quiet */
  say(line: string): Promise<string>;
  left: string[];
  /** The other side of the call wants to transfer us, and people here are asked. */
  transferred(): Promise<string>;
}

async function reading(run: (scene: Scene) => Promise<void>): Promise<void> {
  const desk = await deskScreen({
    columns: 80,
    rows: 24,
    theme: "none",
    ownership: "started",
    lines: true,
  });
  const { controller, words, left } = desk;
  let written = "";
  const reader = new Reader({ controller, words, write: (text) => void (written += text) });
  reader.begin();
  const say = async (line: string) => {
    written = "";
    await reader.take(line);
    await settled();
    return written.replaceAll("\r", "");
  };
  const transferred = async () => {
    const { core } = desk.fake;
    const { settings, accounts, calls } = core.state;
    core.command({
      type: "Configure",
      settings: { ...settings, transfers: "ask" },
      accounts: [...accounts.values()].map(({ account }) => account),
    });
    written = "";
    const [call] = calls.keys();
    core.submit({ type: "ReferReceived", call: call!, target: "sip:700@pbx", referral: "leg" });
    await settled();
    return written;
  };
  try {
    await run({ say, left, transferred });
  } finally {
    reader.end();
    await desk.close();
  }
}

Deno.test("a call from beginning to end, each change said once", () =>
  reading(async ({ say }) => {
    assert.match(await say("600"), /talking: bob, [^]*sound not encrypted/);
    assert.match(await say("m"), /bob: your microphone is muted/);
    assert.match(await say("h"), /on hold: bob, MUTED/);
    assert.match(await say("t"), /Type t with its value on one line: t 200/);
    assert.match(await say("dnd"), /^(?:offhook> \n)?Callers get “busy” now\.\noffhook> $/);
    assert.match(await say("undo"), /Calls ring again/);
    assert.match(await say("x"), /bob: call ended after/);
  }));

Deno.test("a transfer that asks is said with its answers; refused, the call stays", () =>
  reading(async ({ say, transferred }) => {
    assert.match(await say("f"), /nobody wants to transfer you/);
    await say("600");
    assert.match(await transferred(), /bob wants to transfer you to 700\. f follows, k refuses\./);
    assert.match(await say("k"), /transfer failed/);
    assert.match(await say("x"), /bob: call ended after/);
  }));

Deno.test("a transfer that is followed makes the call that was asked for", () =>
  reading(async ({ say, transferred }) => {
    await say("600");
    await transferred();
    assert.match(await say("f"), /transferring to 700\n[^]*dialling: 700/);
  }));

Deno.test("contacts: added, renamed by number, removed and brought back", () =>
  reading(async ({ say }) => {
    assert.match(await say("contacts"), /Nobody found/);
    await say("600");
    assert.match(await say("add Robert"), /Added Robert to the contacts; “undo” removes/);
    await say("x");
    assert.match(await say("rename"), /\[1\] Robert\nType the number of your choice/);
    assert.match(await say("1"), /Type a new name for Robert; Enter alone keeps the name/);
    assert.match(await say("Bob the Builder"), /Renamed Robert to Bob the Builder/);
    assert.match(await say("contacts"), /\[1\] Bob the Builder, sip:bob@/);
    assert.match(await say("remove"), /\[1\] Bob the Builder/);
    assert.match(await say("1"), /Removed Bob the Builder/);
    assert.match(await say("undo"), /Undone/);
    assert.match(await say("rename"), /\[1\] Bob the Builder/);
    await say("1");
    await say("");
    assert.match(await say("contacts"), /\[1\] Bob the Builder[^]*Type 1 to 1 to call/);
    assert.match(await say("1"), /talking/);
  }));

Deno.test("the prompt comes after what was asked for", () =>
  reading(async ({ say }) => {
    assert.match(await say("nobody"), /\[1\] nobody, dial as typed\n[^\n]*\noffhook> $/);
    assert.match(await say("devices"), /\n?offhook> $/);
    assert.match(await say("?"), /a answer[^]*\nphone, contacts, [^\n]*\noffhook> $/);
  }));

Deno.test("leaving asks while a call is on", () =>
  reading(async ({ say, left }) => {
    await say("600");
    assert.match(await say("q"), /\[1\] quit[^]*\[2\] hang up[^]*\[3\] stay/);
    await say("3");
    assert.deepEqual(left, []);
    await say("q");
    await say("2");
    assert.deepEqual(left, ["end"]);
  }));

Deno.test("one-way sound is announced once, better explained again, and its end", () => {
  const words = wordsFor("en");
  const said = (before: CallView, after: CallView) =>
    announcements(state({ calls: [before] }), state({ calls: [after] }), words, () => "");
  const told = (cause: SilenceCause) =>
    call({ silence: { incoming: silenceOf(cause, "192.0.2.7:4000", 0) } });
  const nothing = "We send to 192.0.2.7:4000; nothing comes back.";
  assert.deepEqual(said(call(), told("nothing-came")), [nothing]);
  assert.deepEqual(said(told("nothing-came"), told("nothing-came")), []);
  assert.match(said(told("nothing-came"), told("elsewhere"))[0] ?? "", /not from where they said/);
  assert.deepEqual(said(told("elsewhere"), call()), ["You hear them again."]);
  const held = call({ hold: { local: true, remote: false } });
  assert.deepEqual(said(told("elsewhere"), held), []);
});

Deno.test("bad sound is announced once, and its end", () => {
  const words = wordsFor("en");
  const said = (before: CallView, after: CallView) =>
    announcements(state({ calls: [before] }), state({ calls: [after] }), words, () => "");
  const bad = call({ badSound: { outgoing: badSoundOf("loss", 12, "outgoing", 0) } });
  assert.deepEqual(said(call(), bad), [
    "They hear you badly: 12 % of what you say is lost on the network.",
  ]);
  assert.deepEqual(said(bad, bad), []);
  assert.deepEqual(said(bad, call()), ["They hear you well again."]);
});
