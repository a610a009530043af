/** The screen in Ink: keys in, what is said out, and nothing drawn without a change. */
import { OffhookError } from "../../../src/base/errors.ts";
import assert from "node:assert/strict";
import { VIEWS } from "../../../src/tui/model/state.ts";
import { settled } from "../../fakes/desk_screen.ts";
import { screen } from "./app_scene.tsx";

const REGISTERED = {
  type: "RegistrationChanged",
  account: "desk",
  registration: { state: "registered", expires: 300 },
} as const;

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
    assert.match(text(), /Commands[^]*› do not disturb/);
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

Deno.test("q takes a registered phone off the line when it is pressed twice in two seconds", () =>
  screen(
    async ({ rush, pass, store, left, core }) => {
      core.submit(REGISTERED);
      await settled();
      await rush("q");
      assert.match(store.get().screen.message?.text ?? "", /Press q again within two seconds/);
      pass(2_001);
      await rush("q");
      assert.deepEqual(left, [], "the first was too long ago");
      pass(1_900);
      await rush("q");
      assert.deepEqual(left, ["end"]);
    },
    undefined,
    "started",
  ));

Deno.test("one q is enough where nobody could call, and Ctrl-C always", async () => {
  const started = (run: Parameters<typeof screen>[0]) => screen(run, undefined, "started");
  await started(async ({ rush, left }) => {
    await rush("q");
    assert.deepEqual(left, ["end"]);
  });
  await started(async ({ rush, left, core }) => {
    core.submit(REGISTERED);
    await settled();
    await rush("\u0003");
    assert.deepEqual(left, ["end"]);
  });
});

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

Deno.test("Ctrl-Z goes to the shell, from everywhere", () =>
  screen(async ({ type, left }) => {
    await type("\u001a");
    await type(":\u001a");
    assert.deepEqual(left, ["suspended", "suspended"]);
  }));

Deno.test("the palette never stands on what harms, whatever changes under it", () =>
  screen(async ({ type, rush, core, store, text }) => {
    await type("600\r");
    await type(":");
    await type("\r");
    assert.equal(core.state.calls.size, 1);
    await type("\u001b");
    await type(":h");
    assert.doesNotMatch(text(), /› hang up/);
    await type("\u001b");
    await type(":");
    await type("\u001b[B\u001b[B");
    const { overlay } = store.get().screen;
    const chosen = overlay?.name === "palette" ? overlay.chosen : undefined;
    const [call] = [...core.state.calls.keys()];
    core.command({ type: "Hangup", call: call! });
    await rush("");
    const after = store.get().screen.overlay;
    assert.equal(after?.name === "palette" ? after.chosen : "closed", chosen);
  }));

Deno.test("a question that harms is not answered by Enter", () =>
  screen(async ({ type, phone, text }) => {
    await phone.request("contacts.add", { name: "Zoe", addresses: [{ value: "sip:z@y.test" }] });
    await type("\u001bOR");
    await type("\u0004");
    await type("\r");
    assert.match(text(), /Remove Zoe/);
    assert.equal((await phone.request("contacts.search", { query: "" })).hits.length, 1);
    await type("1");
    assert.equal((await phone.request("contacts.search", { query: "" })).hits.length, 0);
  }));

Deno.test("Ctrl-L draws all again", () =>
  screen(async ({ type, left }) => {
    await type("\u000c");
    await type("6\u000c");
    assert.deepEqual(left, ["repainted", "repainted"]);
  }));

Deno.test("Ctrl-O asks the account's server, and says how long its answer took", () =>
  screen(async ({ type, phone, text }) => {
    const asked: unknown[] = [];
    let status = 404;
    phone.provide({
      ping(params) {
        asked.push(params);
        if (status === 0) return Promise.reject(new OffhookError("unreachable", "no answer"));
        const target = "sip:example.test";
        return Promise.resolve({ account: "desk", target, status, reason: "Gone", rttMs: 12 });
      },
    });
    await type("\u000f");
    assert.match(text(), /the server answered 404 Gone after 12 ms/);
    assert.deepEqual(asked, [{ account: "desk" }]);
    status = 0;
    await type("\u000f");
    assert.match(text(), /no answer/);
  }));
