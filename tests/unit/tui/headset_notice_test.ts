/** What a person must know about a headset is on the screen, in the log, and read aloud. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import { announcements } from "../../../src/tui/reader/announce.ts";
import { change } from "../../../src/tui/model/change.ts";
import { call, drawn, NOW, stageOf, state } from "./stage.ts";

const REFUSED = {
  type: "headset-notice",
  headset: "/dev/hidraw7",
  notice: "unmute-refused",
  text: "The headset keeps its microphone muted",
  hint: "Turn its boom arm down, or unmute it at the headset.",
};

function told(notice: Partial<typeof REFUSED>) {
  const event = { ...REFUSED, ...notice, seq: 5, at: NOW } as unknown as Sequenced;
  return change(state({ calls: [call({ muted: true })] }), {
    type: "news",
    news: { type: "event", event },
  });
}

Deno.test("a refused unmute is shown with what to do, logged, and read aloud", () => {
  const app = told({});
  const text = drawn(app).join(" ").replace(/\s+/g, " ");
  assert.match(text, /The headset keeps its microphone muted\. Turn its boom arm down/);
  assert.match(app.phone.log.at(-1)!.text, /keeps its microphone muted\. Turn/);
  assert.equal(app.phone.log.at(-1)!.level, "warn");
  const { words } = stageOf(app);
  const before = state({ calls: [call({ muted: true })] });
  assert.match(announcements(before, app, words, () => "").join(" "), /keeps its microphone muted/);
});

Deno.test("lamps that are right again are a line of the log only", () => {
  const app = told({ notice: "outside-write", text: "Headset: another program wrote its lamps" });
  assert.equal(app.screen.message, undefined);
  assert.match(app.phone.log.at(-1)!.text, /another program/);
});
