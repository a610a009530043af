/** The screen in Ink: keys in, what is said out, and nothing drawn without a change. */
import assert from "node:assert/strict";
import { render } from "ink-testing-library";
import { App } from "../../../src/tui/screen/app.tsx";
import { KeyDecoder, type KeyEvent } from "../../../src/tui/keys/keys.ts";
import { meantBy } from "../../../src/tui/screen/mouse.ts";
import { VIEWS } from "../../../src/tui/model/state.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import { deskScreen, settled } from "../../fakes/desk_screen.ts";

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
  const desk = await deskScreen({ columns, rows, theme: "dark", ownership: "found" });
  const { fake, store, words, keymap, controller, left } = desk;
  const glyphs = glyphsOf(false);
  const app = render(
    <App store={store} words={words} glyphs={glyphs} keymap={keymap} practice={false} />,
  );
  const decoder = new KeyDecoder();
  const take = (event: KeyEvent) => {
    if (event.type !== "mouse") return controller.press(event);
    const state = store.get();
    const act = meantBy(event, {
      state,
      words,
      glyphs,
      keymap,
      practice: false,
      ...state.screen.size,
    });
    if (act !== undefined) controller.click(act);
  };
  return {
    ...fake,
    store,
    left,
    frames: app.frames,
    text: () => app.lastFrame() ?? "",
    /** Types, and lets the phone answer. */
    async type(text: string) {
      for (const event of [...decoder.feed(text), ...decoder.flush()]) take(event);
      await settled();
    },
    async close() {
      app.unmount();
      await desk.close();
    },
  };
}

Deno.test("digits dial, letters act on the call, and the history remembers", () =>
  screen(async ({ type, text }) => {
    await type("600\r");
    assert.match(text(), /TALKING/);
    await type("m");
    assert.match(text(), /MUTED[^]*m unmute/);
    await type("h");
    assert.match(text(), /ON HOLD[^]*h resume/);
    await type("\u0015\u0015");
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

Deno.test("every view opens by its key, at 80×24, 40×12 and 200×60", async () => {
  const keys = [
    "\u001bOQ",
    "\u001bOR",
    "\u001bOS",
    "\u001b[15~",
    "\u001b[17~",
    "\u001b[18~",
    "\u001b[19~",
  ];
  for (const [columns, rows] of [[80, 24], [40, 12], [200, 60]] as const) {
    const size = { columns, rows };
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

Deno.test("= and - make a call louder and softer, Alt with the arrows at any time", () =>
  screen(async ({ type, store, core }) => {
    await type("\u001b[1;3B");
    assert.equal(store.get().phone.volume, -2);
    await type("600\r");
    await type("=");
    await type("=");
    assert.equal(core.state.volume, 2);
    await type("-");
    assert.equal(store.get().phone.volume, 0);
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

/** A click on the first place that says it. */
function clickOn(text: string, shown: string): string {
  const lines = shown.split("\n");
  const row = lines.findIndex((line) => line.includes(text));
  assert.ok(row >= 0, `${text} is on screen:\n${shown}`);
  const column = lines[row]!.indexOf(text) + 1;
  return `\u001b[<0;${column + 1};${row + 1}M\u001b[<0;${column + 1};${row + 1}m`;
}

Deno.test("a click on a hint, a tab or a row acts, the wheel moves in the list", () =>
  screen(async ({ type, text, store }) => {
    await type("600\r");
    await type(clickOn("mute", text()));
    assert.match(text(), /MUTED/);
    await type(clickOn("hang up", text()));
    await type("602\r");
    await type("x");
    await type(clickOn("History", text()));
    assert.equal(store.get().screen.view, "history");
    const chosen = () => store.get().screen.index.history;
    await type("\u001b[<65;5;5M");
    assert.equal(chosen(), 1);
    await type("\u001b[<64;5;5M\u001b[<64;5;5M");
    assert.equal(chosen(), 0);
    await type("\u001b[<0;20;5M");
    assert.equal(chosen(), 1);
    assert.equal(store.get().phone.calls.length, 0, "one click only chooses");
    await type("\u001b[<0;20;5M");
    assert.match(text(), /TALKING +bob/);
    await type("x:");
    await type(clickOn("next theme", text()));
    await type(clickOn("next theme", text()));
    assert.equal(store.get().screen.theme, "light");
  }, { columns: 80, rows: 50 }));

Deno.test("a call of the history becomes a contact, gets a name, is removed, and all is undone", () =>
  screen(async ({ type, text, phone }) => {
    const names = async () =>
      (await phone.request("contacts.search", { query: "" })).hits.map(({ contact }) =>
        contact.name
      );
    await type("600\r");
    await type("x");
    await type("\u001bOS\u0014");
    assert.match(text(), /bob is in the contacts now; Ctrl-U takes it out again[^]*Name › bob/);
    await type("\u007f\u007f\u007fThe Echo\r");
    assert.deepEqual(await names(), ["The Echo"]);
    assert.match(text(), /› .*The Echo[^]*bob is called The Echo now/);
    await type("\u0005 2\r");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u0004");
    assert.match(text(), /Remove The Echo 2 from the contacts\?/);
    await type("1");
    assert.deepEqual(await names(), []);
    assert.match(text(), /was removed; Ctrl-U brings it back/);
    await type("\u0015");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u0015");
    await type("\u0015\u0015");
    assert.deepEqual(await names(), ["The Echo 2"], "what came back is another one");
  }));

Deno.test("who is typed or on the line is kept, too, and Esc leaves the name as it was", () =>
  screen(async ({ type, text, phone }) => {
    await type("4711\u0014");
    assert.match(text(), /Name › 4711/);
    await type(" x\u001b");
    assert.doesNotMatch(text(), /Name ›/);
    await type("\u001bOQ602\r");
    await type("\u0014");
    assert.match(text(), /bob +talking[^]*Name › bob/);
    await type("\u001bOQ");
    assert.doesNotMatch(text(), /Name ›/);
    const { hits } = await phone.request("contacts.search", { query: "" });
    assert.deepEqual(hits.map(({ contact }) => contact.name).sort(), ["4711", "bob"]);
  }));

Deno.test("Ctrl-Z goes to the shell, from everywhere", () =>
  screen(async ({ type, left }) => {
    await type("\u001a");
    await type(":\u001a");
    assert.deepEqual(left, ["suspended", "suspended"]);
  }));

Deno.test("digits dial in every view, whatever the list there holds", async () => {
  for (const view of VIEWS) {
    await screen(async ({ type, store, core }) => {
      await type("4711\r");
      await type("x");
      store.dispatch({ type: "view", view });
      await type("47");
      await type("\r");
      const [call] = [...core.state.calls.values()];
      assert.match(call?.remote.uri ?? "no call", /^sip:(?:47|bob)@/, view);
      assert.equal(store.get().screen.field, "", view);
    });
  }
});

Deno.test("over a filtered list a row that was chosen is called, letters call the first", () =>
  screen(async ({ type, store, phone }) => {
    for (const name of ["Adam 1", "Adam 2"]) {
      const value = `sip:${name.replace(" ", "")}@example.test`;
      await phone.request("contacts.add", { name, addresses: [{ value }] });
    }
    const dialled: string[] = [];
    await phone.subscribe((event) => {
      if (event.type === "call.dialling") dialled.push(event.call.remote.uri);
    });
    store.dispatch({ type: "view", view: "contacts" });
    await type("adam");
    await type("\u001b[B\r");
    assert.deepEqual(dialled, ["sip:Adam2@example.test"]);
  }));

Deno.test("what was done to a call that is over cannot be undone any more", () =>
  screen(async ({ type, text, store }) => {
    await type("600\r");
    await type("m");
    assert.equal(store.get().screen.undo.length, 1);
    await type("x");
    assert.equal(store.get().screen.undo.length, 0);
    await type("\u0015");
    assert.match(text(), /not now: there is nothing to undo/);
  }));

Deno.test("a new contact's name is the call's at once, and goes with undo", () =>
  screen(async ({ type, text }) => {
    await type("600\r");
    await type("\u0014");
    await type("\u007f\u007f\u007fEcho\r");
    await type("\u001bOQ");
    assert.match(text(), /TALKING +Echo/);
    await type("\u0015\u0015");
    assert.match(text(), /TALKING +bob/);
  }));
