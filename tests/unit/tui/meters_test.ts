/** Meters are asked for while they are on screen, and at no other time. */
import assert from "node:assert/strict";
import type { LevelListener } from "../../../src/control/wire/levels.ts";
import type { Phone } from "../../../src/control/contract/phone.ts";
import { Meters } from "../../../src/tui/screen/meters.ts";
import { ScreenStore } from "../../../src/tui/model/screen_store.ts";
import { call, drawn, NOW, state } from "./stage.ts";

function scene() {
  const store = new ScreenStore(state({ calls: [call()] }));
  const asked: LevelListener[] = [];
  const phone = {
    levels(listener: LevelListener) {
      asked.push(listener);
      return Promise.resolve(() => void asked.splice(asked.indexOf(listener), 1));
    },
  } as unknown as Phone;
  return { store, asked, meters: new Meters(store, () => phone) };
}

Deno.test("meters come ten times a second, and only visible changes are drawn", () => {
  const { store, asked, meters } = scene();
  let changes = 0;
  store.subscribe(() => changes++);
  asked[0]!([{ call: "c1", sent: -11.2, received: -90 }]);
  assert.match(drawn(store.get()).join("\n"), /you .*-11 dB[^]*them .*silence/);
  asked[0]!([{ call: "c1", sent: -10.9, received: -90 }]);
  asked[0]!([{ call: "another", sent: -1, received: -1 }]);
  assert.equal(changes, 1);
  meters.close();
});

Deno.test("nobody looks: no meters", async () => {
  const { store, asked, meters } = scene();
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  assert.equal(asked.length, 1);
  store.dispatch({ type: "view", view: "history" });
  await settled();
  assert.equal(asked.length, 0, "another view");
  store.dispatch({ type: "view", view: "phone" });
  assert.equal(asked.length, 1);
  store.dispatch({ type: "overlay", overlay: { name: "help", top: 0 } });
  await settled();
  assert.equal(asked.length, 0, "a window over it");
  store.dispatch({ type: "overlay", overlay: undefined });
  const error = { code: "no-station", message: "gone" } as const;
  store.dispatch({ type: "news", news: { type: "lost", error, at: NOW } });
  await settled();
  assert.equal(asked.length, 0, "the station is away");
  meters.close();
});

Deno.test("closed, it asks for nothing more", async () => {
  const { store, asked, meters } = scene();
  meters.close();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(asked.length, 0);
  store.dispatch({ type: "view", view: "history" });
  store.dispatch({ type: "view", view: "phone" });
  assert.equal(asked.length, 0);
});
