/** Meters are painted past Ink, and the screen never shows anything else than the frame. */
import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import xterm from "@xterm/headless";
import { render } from "ink";
import { App, type AppProps } from "../../../src/tui/screen/app.tsx";
import { keymapOf } from "../../../src/tui/keys/keymap.ts";
import { LevelPainter } from "../../../src/tui/screen/level_painter.ts";
import { ScreenStore } from "../../../src/tui/model/screen_store.ts";
import { wordsFor } from "../../../src/tui/look/strings.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import { call, drawn, NOW, state } from "./stage.ts";

/** A terminal that shows what was written, and counts the times. */
class Screen extends Writable {
  readonly columns = 80;
  readonly rows = 24;
  readonly isTTY = true;
  writes = 0;
  // As a terminal driver does, a line feed goes to the begin of the line.
  readonly #terminal = new xterm.Terminal({
    cols: 80,
    rows: 24,
    convertEol: true,
    allowProposedApi: true,
  });

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.writes++;
    this.#terminal.write(String(chunk), done);
  }

  lines(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.rows },
      (_, at) => active.getLine(at)?.translateToString(true).trimEnd() ?? "",
    );
  }
}

async function onScreen(
  run: (scene: { store: ScreenStore; screen: Screen; painter: LevelPainter }) => Promise<void>,
): Promise<void> {
  const screen = new Screen();
  const store = new ScreenStore(state({ calls: [call()] }));
  const scene: AppProps = {
    store,
    words: wordsFor("en", "en", "UTC"),
    glyphs: glyphsOf(false),
    keymap: keymapOf(),
    practice: false,
  };
  const painter = new LevelPainter(scene, (text) => void screen.write(text));
  const app = render(<App {...scene} />, {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    patchConsole: false,
    exitOnCtrlC: false,
    interactive: true,
    maxFps: 60,
    onRender: () => painter.drew(),
  });
  try {
    await run({ store, screen, painter });
  } finally {
    painter.close();
    app.unmount();
  }
}

/** Waits until the screen shows the frame of the state that is. */
async function shows({ store, screen }: { store: ScreenStore; screen: Screen }): Promise<void> {
  const wanted = drawn(store.get()).map((row) => row.trimEnd());
  for (let tries = 0; tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (wanted.every((row, at) => screen.lines()[at] === row)) return;
  }
  assert.deepEqual(screen.lines(), wanted);
}

function levels(store: ScreenStore, sent: number, received: number): void {
  store.dispatch({ type: "levels", levels: [{ call: "c1", sent, received }] });
}

Deno.test("levels are written in their place, two rows of them", async () => {
  await onScreen(async (scene) => {
    await shows(scene);
    const before = scene.screen.writes;
    levels(scene.store, -12, -30);
    await shows(scene);
    assert.equal(scene.screen.writes, before + 1);
    assert.match(scene.screen.lines().join("\n"), /you .*-12 dB\s[^]*them .*-30 dB/);
  });
});

Deno.test("after whatever Ink draws over them, the screen is the frame", async () => {
  await onScreen(async (scene) => {
    const { store } = scene;
    await shows(scene);
    const changes = [
      () => store.dispatch({ type: "field", text: "12" }),
      () => store.dispatch({ type: "tick", at: NOW + 5_000 }),
      () => store.dispatch({ type: "overlay", overlay: { name: "help", top: 0 } }),
      () => store.dispatch({ type: "overlay", overlay: undefined }),
      () => {
        const event = {
          type: "call.mute",
          call: call({ muted: true }),
          seq: 9,
          at: NOW,
        } as const;
        store.dispatch({ type: "news", news: { type: "event", event } });
      },
      () => store.dispatch({ type: "view", view: "history" }),
      () => store.dispatch({ type: "view", view: "phone" }),
      () => store.dispatch({ type: "theme", theme: "contrast" }),
    ];
    for (const [at, change] of changes.entries()) {
      levels(store, -5 - 6 * at, -50 + 6 * at);
      change();
      levels(store, -6 - 5 * at, -48 + 5 * at);
      await shows(scene);
    }
  });
});

Deno.test("what Ink does not write, because it knows it so, is painted again", async () => {
  await onScreen(async (scene) => {
    const { store } = scene;
    await shows(scene);
    levels(store, -1, -1);
    await shows(scene);
    // Ink drew an empty bar, and draws an empty one now: the full one between is not its own.
    const muted = call({ muted: true });
    const event = { type: "call.mute", call: muted, seq: 9, at: NOW } as const;
    store.dispatch({ type: "news", news: { type: "event", event } });
    await shows(scene);
    assert.match(scene.screen.lines().join("\n"), /you .*MUTED/);
  });
});

Deno.test("a screen that was left is not written to until it is drawn again", async () => {
  await onScreen(async (scene) => {
    await shows(scene);
    scene.painter.forget();
    const before = scene.screen.writes;
    levels(scene.store, -20, -20);
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(scene.screen.writes, before);
    scene.store.dispatch({ type: "tick", at: NOW + 9_000 });
    await shows(scene);
  });
});
