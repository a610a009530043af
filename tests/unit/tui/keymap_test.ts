/** Every action within reach, no key that means two things, and remapping that keeps it so. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { ACTION_NAMES } from "../../../src/tui/model/action_names.ts";
import {
  clashOf,
  isDialled,
  isKeyName,
  keyLabel,
  keymapOf,
  layersOf,
  MEETING,
} from "../../../src/tui/keys/keymap.ts";
import { paletteEntries } from "../../../src/tui/keys/palette.ts";
import { VIEWS } from "../../../src/tui/model/state.ts";
import { helpLines } from "../../../src/tui/draw/overlays.ts";
import { en } from "../../../src/tui/look/en.ts";
import { call, ringing, stageOf, state, textOf } from "./stage.ts";

const KEYMAP = keymapOf();

Deno.test("no two keys clash where both could be meant", () => {
  assert.equal(clashOf(KEYMAP.bindings), undefined);
  for (const { key, layer } of KEYMAP.bindings) {
    assert.ok(isKeyName(key), `${key} is a key`);
    // Digits dial; only a question takes them as answers.
    assert.ok(layer === "confirm" || !isDialled(key), `${key} dials`);
  }
});

Deno.test("the layers of every state are ones that may meet", () => {
  const states = [
    state(),
    state({ calls: [call()] }),
    state({ screen: { field: "6" } }),
    state({ calls: [call()], screen: { overlay: { name: "pad", call: "c1", sent: "" } } }),
    state({ screen: { overlay: { name: "palette", query: "" } } }),
    state({ screen: { overlay: { name: "help", top: 0 } } }),
    state({ screen: { overlay: { name: "confirm", about: "quit" } } }),
  ];
  for (const one of states) {
    const layers = layersOf(one);
    assert.ok(
      MEETING.some((set) => layers.every((layer) => set.includes(layer))),
      `${layers} may meet`,
    );
  }
});

Deno.test("every action is in the palette, and in every view the palette is one key away", () => {
  const idle = stageOf(state());
  const offered = new Set(
    paletteEntries(idle.state, idle.words, KEYMAP, "").map(({ action }) => action),
  );
  const reached = (name: typeof ACTION_NAMES[number]) =>
    offered.has(name) || KEYMAP.keysOf(name).length > 0;
  for (const name of ACTION_NAMES) assert.ok(reached(name), `${name} is within reach`);
  for (const view of VIEWS) {
    for (const calls of [[], [call()]]) {
      const layers = layersOf(state({ calls, screen: { view } }));
      assert.equal(KEYMAP.find("ctrl+k", layers), "palette");
      assert.equal(KEYMAP.find("?", layers), "help");
    }
  }
});

Deno.test("answer, hang up, mute, hold and swap are one key, while typing too", () => {
  const busy = state({ calls: [call(), ringing()] });
  const typing = state({ calls: [call(), ringing()], screen: { field: "6" } });
  for (const name of ["answer", "hangup", "mute", "hold", "swap"] as const) {
    const [plain] = KEYMAP.keysOf(name, ["call"]);
    assert.equal(KEYMAP.find(plain!, layersOf(busy)), name);
    assert.notEqual(KEYMAP.find(plain!, layersOf(typing)), name);
    const [modified] = KEYMAP.keysOf(name, ["always"]);
    assert.equal(KEYMAP.find(modified!, layersOf(typing)), name);
  }
});

Deno.test("an impossible action says why: in the palette and on the help page", () => {
  const idle = stageOf(state());
  const entry = paletteEntries(idle.state, idle.words, KEYMAP, "mute")[0];
  assert.deepEqual([entry?.action, entry?.why], ["mute", en["why.no-call"]]);
  const help = helpLines(idle).map((row) => textOf(row, 80));
  const muted = help.find((text) => /\bmute\b/.test(text));
  assert.match(muted ?? "", /Alt-M.*no call is on/);
});

Deno.test("the help page has every action with its keys", () => {
  const stage = stageOf(state({ calls: [call()] }));
  const text = helpLines(stage).map((row) => textOf(row, 100)).join("\n");
  for (const name of ACTION_NAMES) {
    for (const key of KEYMAP.keysOf(name).slice(0, 1)) {
      assert.ok(text.includes(keyLabel(key)), `${keyLabel(key)} of ${name}`);
    }
  }
});

Deno.test("keys can be changed; letters act where the action's letters did", () => {
  const keymap = keymapOf({ mute: ["u", "f12"] });
  assert.equal(keymap.find("u", layersOf(state({ calls: [call()] }))), "mute");
  assert.equal(keymap.find("f12", layersOf(state())), "mute");
  assert.equal(keymap.find("m", layersOf(state({ calls: [call()] }))), undefined);
});

Deno.test("a wrong change of keys names its path and what is allowed", () => {
  const wrong = [
    [{ mutee: ["u"] }, /screen\.keys: mutee: is no action/],
    [{ mute: ["7"] }, /"7" always dials/],
    [{ mute: ["hyper+x"] }, /"hyper\+x" is not a key/],
    [{ mute: ["h"] }, /"h" is also/],
  ] as const;
  for (const [keys, message] of wrong) {
    assert.throws(
      () => keymapOf(keys),
      (error: unknown) =>
        error instanceof OffhookError && error.code === "config-invalid" &&
        message.test(error.message) && error.hint !== undefined,
    );
  }
});
