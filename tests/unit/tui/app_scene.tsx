/** The screen in Ink on an agreeable phone, for tests: keys in, what it shows out. */
import { render } from "ink-testing-library";
import { App } from "../../../src/tui/screen/app.tsx";
import { KeyDecoder, type KeyEvent } from "../../../src/tui/keys/keys.ts";
import { meantBy } from "../../../src/tui/screen/mouse.ts";
import type { Ownership } from "../../../src/tui/model/state.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import { deskScreen, settled } from "../../fakes/desk_screen.ts";
import { ringing } from "./stage.ts";

/** A screen on an agreeable phone. */
export async function screen(
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

export async function open(
  { columns, rows } = { columns: 80, rows: 24 },
  ownership: Ownership = "found",
) {
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

/** What the phone is asked from now on with this method. */
export function asked(phone: Awaited<ReturnType<typeof open>>["phone"], wanted: string): unknown[] {
  const found: unknown[] = [];
  const request = phone.request.bind(phone);
  phone.request = (method, params) => {
    if (method === wanted) found.push(params);
    return request(method, params);
  };
  return found;
}

/** Rings in the state alone: the phone behind would say what was asked of it for that call. */
export function ring(store: Awaited<ReturnType<typeof open>>["store"]): void {
  const { seq } = store.get().phone;
  const event = { type: "call.incoming", call: ringing(), seq: seq + 1, at: Date.now() } as const;
  store.dispatch({ type: "news", news: { type: "event", event } });
}
