/** The screen in Ink: keys in, what is said out, and nothing drawn without a change. */
import assert from "node:assert/strict";
import { render } from "ink-testing-library";
import { App } from "../../../src/tui/screen/app.tsx";
import { KeyDecoder, type KeyEvent } from "../../../src/tui/keys/keys.ts";
import { meantBy } from "../../../src/tui/screen/mouse.ts";
import { type Ownership, VIEWS } from "../../../src/tui/model/state.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import { deskScreen, settled } from "../../fakes/desk_screen.ts";
import { ringing } from "./stage.ts";

const REGISTERED = {
  type: "RegistrationChanged",
  account: "desk",
  registration: { state: "registered", expires: 300 },
} as const;

/** A screen on an agreeable phone. */
async function screen(
  run: (scene: Awaited<ReturnType<typeof open>>) => Promise<void>,
  size?: { columns: number; rows: number },
  ownership?: Ownership,
): Promise<void> {
  const scene = await open(size, ownership);
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
}

async function open({ columns, rows } = { columns: 80, rows: 24 }, ownership: Ownership = "found") {
  const desk = await deskScreen({ columns, rows, theme: "dark", ownership });
  const { fake, store, words, keymap, controller, left, pass } = desk;
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
  /** Types, and lets the phone answer at once. */
  const rush = async (text: string) => {
    for (const event of [...decoder.feed(text), ...decoder.flush()]) take(event);
    await settled();
  };
  return {
    ...fake,
    controller,
    store,
    left,
    frames: app.frames,
    text: () => app.lastFrame() ?? "",
    pass,
    /** Types, lets the phone answer, and a second pass. */
    async type(text: string) {
      await rush(text);
      pass(1_000);
      await settled();
    },
    rush,
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
    await type("\u001bu\u001bu");
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
    assert.match(text(), /Commands[^]*› do not disturb/);
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

Deno.test("a call of the history becomes a contact, gets a name, is removed, and all is undone", () =>
  screen(async ({ type, text, phone }) => {
    const names = async () =>
      (await phone.request("contacts.search", { query: "" })).hits.map(({ contact }) =>
        contact.name
      );
    await type("600\r");
    await type("x");
    await type("\u001bOS\u0014");
    assert.match(text(), /Added bob to the contacts; Alt-U removes it again[^]*Name › bob/);
    await type("\u007f\u007f\u007fThe Echo\r");
    assert.deepEqual(await names(), ["The Echo"]);
    assert.match(text(), /› .*The Echo[^]*Renamed bob to The Echo/);
    await type("\u0005 2\r");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u0004");
    assert.match(text(), /Remove The Echo 2 from the contacts\?/);
    await type("1");
    assert.deepEqual(await names(), []);
    assert.match(text(), /Removed .*; Alt-U brings it back/);
    await type("\u001bu");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u001bu");
    assert.deepEqual(await names(), ["The Echo"]);
    await type("\u001bu");
    assert.deepEqual(await names(), ["bob"]);
    await type("\u001bu");
    assert.deepEqual(await names(), []);
    await type("\u001bu");
    assert.match(text(), /nothing to undo/);
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
    await type("\u001bu");
    assert.match(text(), /not now: there is nothing to undo/);
  }));

Deno.test("a new contact's name is the call's at once, and goes with undo", () =>
  screen(async ({ type, text }) => {
    await type("600\r");
    await type("\u0014");
    await type("\u007f\u007f\u007fEcho\r");
    await type("\u001bOQ");
    assert.match(text(), /TALKING +Echo/);
    await type("\u001bu\u001bu");
    assert.match(text(), /TALKING +bob/);
  }));

Deno.test("what is typed as a call begins does not act on it, however fast or slowly", () =>
  screen(async ({ rush, type, pass, text, core }) => {
    await rush("600\r");
    for (const letter of "max") {
      await rush(letter);
      pass(690);
    }
    assert.match(text(), /letters have no effect for a moment[^]*Alt-X hang up/);
    const [call] = [...core.state.calls.values()];
    assert.deepEqual([call?.muted, call?.phase.name], [false, "established"]);
    await type("");
    assert.match(text(), / x hang up|^x hang up/m);
    await rush("m");
    assert.match(text(), /MUTED/);
  }));

Deno.test("a word that comes in one piece is no keys of a call, at any time", () =>
  screen(async ({ type, controller, core, text }) => {
    await type("600\r");
    for (const key of "max") controller.press({ type: "key", key, burst: true });
    await settled();
    assert.match(text(), /letters are keys; press \/ first/);
    const [call] = [...core.state.calls.values()];
    assert.equal(call?.muted, false);
  }));

Deno.test("a call that comes in is neither answered nor declined by what was being typed", async () => {
  for (const name of ["nora", "anna", "\r", "x", "quentin"]) {
    await screen(async ({ rush, pass, text, core, store, left }) => {
      ring(store);
      for (const letter of name) await rush(letter);
      assert.match(text(), /INCOMING CALL[^]*Alt-A answer[^]*Alt-N decline/);
      assert.equal(store.get().phone.calls.length, 1, name);
      assert.equal(store.get().screen.field, "", name);
      assert.deepEqual([core.state.calls.size, left.length], [0, 0], name);
      pass(1_000);
      await settled();
      assert.match(text(), / a answer[^]* n decline/);
    });
  }
});

/** What the phone is asked from now on with this method. */
function asked(phone: Awaited<ReturnType<typeof open>>["phone"], wanted: string): unknown[] {
  const found: unknown[] = [];
  const request = phone.request.bind(phone);
  phone.request = (method, params) => {
    if (method === wanted) found.push(params);
    return request(method, params);
  };
  return found;
}

/** Rings in the state alone: the phone behind would say what was asked of it for that call. */
function ring(store: Awaited<ReturnType<typeof open>>["store"]): void {
  const { seq } = store.get().phone;
  const event = { type: "call.incoming", call: ringing(), seq: seq + 1, at: Date.now() } as const;
  store.dispatch({ type: "news", news: { type: "event", event } });
}

Deno.test("Enter on a row means nothing just after the call that it was meant for has gone", () =>
  screen(async ({ rush, type, core }) => {
    await type("600\r");
    await rush("x");
    await rush("\r");
    assert.equal(core.state.calls.size, 0);
    await rush("602\r");
    assert.equal(core.state.calls.size, 1, "a number that was typed is dialled at once");
  }));

Deno.test("letters go on into a field that was emptied: nothing is hung up", () =>
  screen(async ({ type, core, text }) => {
    await type("600\r");
    await type("/no");
    await type("\u007f\u007f");
    await type("xnxx");
    assert.equal(core.state.calls.size, 1);
    assert.match(text(), /Dial › xnxx/);
    await type("\u001b");
    await type("x");
    assert.equal(core.state.calls.size, 0);
  }));

Deno.test("no key of a line editor acts on a call, with and without text", async () => {
  const keys = [
    ..."\u0001\u0002\u0004\u0005\u0006\u0008\u000b\u000e\u0010\u0012\u0014\u0015\u0017",
  ];
  await screen(async ({ type, core, phone, store }) => {
    await type("600\r");
    await type("m");
    const events: string[] = [];
    await phone.subscribe(({ type }) => {
      if (type.startsWith("call.") && type !== "call.media") events.push(type);
    });
    for (const typed of ["", "/12 34"]) {
      for (const key of [...keys, "\u001b[3~", "\u001b[H", "\u001b[F"]) {
        await type(typed + key.repeat(3));
        assert.deepEqual(events, [], JSON.stringify([typed, key]));
        await type("\u001b");
        await type("\u001b");
      }
    }
    assert.deepEqual([core.state.calls.size, store.get().phone.doNotDisturb], [1, false]);
  });
});

Deno.test("digits of an answered call are DTMF in every view; / dials another number", async () => {
  for (const view of VIEWS) {
    await screen(async ({ type, store, core, text, phone }) => {
      await type("600\r");
      const [front] = [...core.state.calls.keys()];
      store.dispatch({ type: "view", view });
      const sent = asked(phone, "dtmf");
      await type("12#");
      assert.equal(store.get().screen.field, "", view);
      assert.deepEqual(sent, ["1", "2", "#"].map((digits) => ({ call: front, digits })), view);
      assert.match(text(), /digits are sent in the call · \/ for another number/);
      await type("/602");
      assert.equal(sent.length, 3, view);
      await type("\r");
      assert.equal(core.state.calls.size, 2, view);
    });
  }
});

Deno.test("on hold, and while it rings there, digits dial", () =>
  screen(async ({ type, store, phone }) => {
    await type("600\r");
    await type("h");
    const sent = asked(phone, "dtmf");
    await type("60");
    assert.equal(store.get().screen.field, "60");
    assert.deepEqual(sent, []);
  }));

Deno.test("the field is a line editor", () =>
  screen(async ({ type, store, text }) => {
    const line = () => {
      const { field, caret } = store.get().screen;
      return `${field.slice(0, caret)}|${field.slice(caret)}`;
    };
    await type("600 70");
    await type("\u001b[D\u001b[D\u001b[D9");
    assert.equal(line(), "6009| 70");
    assert.match(text(), /Dial › 6009▏ 70/);
    await type("\u00011\u00052");
    assert.equal(line(), "16009 702|");
    await type("\u0017");
    assert.equal(line(), "16009 |");
    await type("\u001b[H\u001b[3~\u000b");
    assert.equal(line(), "|");
    await type("+49 30\u0002\u0015");
    assert.equal(line(), "|0");
  }));

Deno.test("Up brings back the last numbers, Down what was typed; it never dials by itself", () =>
  screen(async ({ type, store, core }) => {
    for (const number of ["601", "602"]) {
      await type(`sip:${number}@example.test\r`);
      await type("x");
    }
    const [newest] = [...store.get().records.history];
    await type("7");
    await type("\u001b[A");
    assert.ok(newest!.remote.uri.includes(store.get().screen.field));
    await type("\u001b[B");
    assert.equal(store.get().screen.field, "7");
    await type("\u001b\u0012");
    assert.notEqual(store.get().screen.field, "");
    assert.equal(core.state.calls.size, 0);
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

Deno.test("each number of a contact can be called", () =>
  screen(async ({ type, phone, text, core }) => {
    const addresses = ["sip:a1@example.test", "sip:a2@example.test"].map((value) => ({ value }));
    await phone.request("contacts.add", { name: "Adam", addresses });
    const dialled: string[] = [];
    await phone.subscribe((event) => {
      if (event.type === "call.dialling") dialled.push(event.call.remote.uri);
    });
    await type("\u001bOR");
    assert.match(text(), /› sip:a1@example.test[^]*Right other number/);
    await type("\u001b[C");
    assert.match(text(), /› sip:a2@example.test/);
    await type("\r");
    await type("x");
    assert.equal(core.state.calls.size, 0);
    await type("adam");
    await type("\u001b[B\r");
    assert.deepEqual(dialled, ["sip:a2@example.test", "sip:a2@example.test"]);
  }));

Deno.test("where there is no sound, answering is warned of before it ends the call", () =>
  screen(async ({ type, rush, store, phone, text }) => {
    const answers = asked(phone, "answer");
    const missing = { code: "device-failed", message: "there is no sound card" } as const;
    const devices = { backend: "none", devices: [], missing };
    store.dispatch({ type: "records", records: { devices } });
    ring(store);
    await type("");
    await type("a");
    assert.match(
      text(),
      /no sound here: there is no sound card[^]*press\s+a\s+again\s+to\s+answer/,
    );
    assert.deepEqual(answers, []);
    await rush("a");
    assert.deepEqual(answers, [{ call: "c2" }]);
  }));

Deno.test("Ctrl-L draws all again", () =>
  screen(async ({ type, left }) => {
    await type("\u000c");
    await type("6\u000c");
    assert.deepEqual(left, ["repainted", "repainted"]);
  }));
