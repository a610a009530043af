/** What keys mean on the screen: numbers, letters of actions, text, and digits of a call. */
import assert from "node:assert/strict";
import { VIEWS } from "../../../src/tui/model/state.ts";
import { settled } from "../../fakes/desk_screen.ts";
import { asked, ring, screen } from "./app_scene.tsx";

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
