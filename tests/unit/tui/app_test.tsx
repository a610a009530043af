/** The screen in Ink: keys in, what is said out, and nothing drawn without a change. */
import assert from "node:assert/strict";
import { render } from "ink-testing-library";
import { App } from "../../../src/tui/app.tsx";
import { Controller } from "../../../src/tui/controller.ts";
import { keymapOf } from "../../../src/tui/keymap.ts";
import { KeyDecoder } from "../../../src/tui/keys.ts";
import { Link } from "../../../src/tui/link.ts";
import { Records } from "../../../src/tui/records.ts";
import { firstState, VIEWS } from "../../../src/tui/state.ts";
import { Store } from "../../../src/tui/store.ts";
import { wordsFor } from "../../../src/tui/strings.ts";
import { glyphsOf } from "../../../src/tui/theme.ts";
import { SYSTEM_TIMERS } from "../../../src/tui/timers.ts";
import { joinedPhone } from "../../fakes/joined_phone.ts";

/** A screen on an agreeable phone. */
async function screen(
  run: (scene: Awaited<ReturnType<typeof open>>) => Promise<void>,
  size?: { columns: number; rows: number },
): Promise<void> {
  const scene = await open(size);
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

async function open({ columns, rows } = { columns: 80, rows: 24 }) {
  const fake = joinedPhone();
  const timers = SYSTEM_TIMERS;
  const now = timers.now();
  const store = new Store(firstState({ columns, rows, theme: "dark", ownership: "found", now }));
  const words = wordsFor("en", "en", "UTC");
  const keymap = keymapOf();
  const records: Records = new Records(store, () => link.phone);
  const link = new Link({
    join: () => Promise.resolve(fake.joined),
    news: (news) => {
      store.dispatch({ type: "news", news });
      if (news.type === "event") records.take(news.event);
    },
    joined: () => void records.begin(),
    timers,
  });
  const left: string[] = [];
  const leave = (how: string) => void left.push(how);
  const phone = () => link.phone;
  const controller = new Controller({ store, keymap, words, records, timers, phone, leave });
  await link.open();
  const glyphs = glyphsOf(false);
  const app = render(
    <App store={store} words={words} glyphs={glyphs} keymap={keymap} practice={false} />,
  );
  const decoder = new KeyDecoder();
  return {
    ...fake,
    store,
    left,
    frames: app.frames,
    text: () => app.lastFrame() ?? "",
    /** Types, and lets the phone answer. */
    async type(text: string) {
      for (const event of [...decoder.feed(text), ...decoder.flush()]) controller.press(event);
      await settled();
    },
    async close() {
      app.unmount();
      await link.leave();
      fake.close();
    },
  };
}

/** Requests of the in-process phone are answered in a few turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("digits dial, letters act on the call, and the history remembers", () =>
  screen(async ({ type, text }) => {
    await type("600\r");
    assert.match(text(), /TALKING/);
    await type("m");
    assert.match(text(), /MUTED[^]*m unmute/);
    await type("h");
    assert.match(text(), /ON HOLD[^]*h resume/);
    await type("\u001a\u001a");
    assert.match(text(), /TALKING/);
    assert.doesNotMatch(text(), /MUTED/);
    await type("x");
    assert.match(text(), /Recent calls[^]*answered/);
  }));

Deno.test("letters find people of the history and the address book in one list", () =>
  screen(async ({ type, text, phone }) => {
    await phone.request("contacts.add", {
      name: "Berta Maier",
      addresses: [{ value: "sip:berta@example.test" }],
    });
    await type("bertm");
    assert.match(text(), /Found[^]*Berta Maier +berta +contact/);
    await type("\r");
    assert.match(text(), /TALKING +(?:Berta Maier|bob)/);
  }));

Deno.test("an impossible action says why, and nothing happens", () =>
  screen(async ({ type, text }) => {
    await type("\u001bm");
    assert.match(text(), /not now: no call is on/);
    await type("602\r");
    await type("s");
    assert.match(text(), /not now: there is only one call/);
  }));

Deno.test("every view opens by its key, at 80×24 and at 40×12", async () => {
  const keys = [
    "\u001bOQ",
    "\u001bOR",
    "\u001bOS",
    "\u001b[15~",
    "\u001b[17~",
    "\u001b[18~",
    "\u001b[19~",
  ];
  for (const size of [{ columns: 80, rows: 24 }, { columns: 40, rows: 12 }]) {
    await screen(async ({ type, store, text }) => {
      for (const [at, key] of keys.entries()) {
        await type(key);
        assert.equal(store.get().screen.view, VIEWS[at]);
        assert.ok(text().split("\n").length <= size.rows);
      }
    }, size);
  }
});

Deno.test("the palette finds an action by letters and runs it", () =>
  screen(async ({ type, text, store }) => {
    await type(":");
    await type("disturb");
    assert.match(text(), /What shall be done\?[^]*› do not disturb/);
    await type("\r");
    assert.equal(store.get().phone.doNotDisturb, true);
    assert.match(text(), /do not disturb[^]*Callers get/);
  }));

Deno.test("q leaves a station that was found, without a question, though a call is on", () =>
  screen(async ({ type, left, core }) => {
    await type("600\r");
    await type("q");
    assert.deepEqual(left, ["leave"]);
    assert.equal(core.state.calls.size, 1);
  }));

Deno.test("what changes nothing on screen draws nothing", () =>
  screen(async ({ type, frames, store }) => {
    await type("6");
    const before = frames.length;
    store.dispatch({ type: "quiet" });
    store.dispatch({ type: "overlay", overlay: undefined });
    await settled();
    assert.ok(frames.length - before <= 1, `${frames.length - before} frames`);
  }));
