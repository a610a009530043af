/** The terminal phone up to its controller, joined to an agreeable phone: lines or Ink stand before it. */
import type { ThemeName } from "../../src/base/names/screen_names.ts";
import { Controller } from "../../src/tui/controller/controller.ts";
import { keymapOf } from "../../src/tui/keys/keymap.ts";
import { Link } from "../../src/tui/model/link.ts";
import { RecordLoader } from "../../src/tui/model/record_loader.ts";
import { firstState, type Ownership } from "../../src/tui/model/state.ts";
import { ScreenStore } from "../../src/tui/model/screen_store.ts";
import { wordsFor } from "../../src/tui/look/strings.ts";
import type { Timers } from "../../src/tui/model/timers.ts";
import { joinedPhone } from "./joined_phone.ts";
import { VirtualClock } from "./virtual_clock.ts";

export interface Looks {
  columns: number;
  rows: number;
  theme: ThemeName;
  ownership: Ownership;
  /** For a screen reader. */
  lines?: boolean;
}

export async function deskScreen({ lines = false, ...looks }: Looks) {
  const fake = joinedPhone();
  const clock = new VirtualClock(Date.now());
  const timers: Timers = {
    now: () => clock.now(),
    after(ms, run) {
      const timer = clock.setTimeout(run, ms);
      return () => clock.clearTimeout(timer);
    },
  };
  const store = new ScreenStore(firstState({ ...looks, now: timers.now() }));
  const words = wordsFor("en", "en", "UTC");
  const keymap = keymapOf();
  const records: RecordLoader = new RecordLoader(store, () => link.phone);
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
  const controller = new Controller({
    store,
    keymap,
    words,
    records,
    timers,
    program: {
      phone: () => link.phone,
      leave: (how) => void left.push(how),
      suspend: () => void left.push("suspended"),
      repaint: () => void left.push("repainted"),
      startStation: () => Promise.resolve(void left.push("started")),
    },
    ...(lines ? { lines } : {}),
  });
  await link.open();
  return {
    fake,
    store,
    words,
    keymap,
    controller,
    /** How it was left, that it was suspended, drawn again, and that a station was started. */
    left,
    /** Lets time pass. */
    pass: (ms: number) => clock.advance(ms),
    async close() {
      controller.close();
      await link.leave();
      fake.close();
    },
  };
}

/** Requests of the in-process phone are answered in a few turns of the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}
