/**
 * The terminal phone, from joining a phone to giving the terminal back.
 *
 *     keys, lines ─► Controller ─┐
 *     Phone ─► Link ─► news ─────┴─► Store ─► FullScreen, or Reader (lines)
 *
 * It has no phone state of its own, and ending it ends no call unless that was asked for.
 */
import type { ThemeName } from "../base/names/mod.ts";
import type { Leaving } from "./act/mod.ts";
import { Controller } from "./controller/mod.ts";
import { endingOf } from "./draw/mod.ts";
import { FullScreen, ProcessTerminal, type Terminal } from "./screen/mod.ts";
import { keymapOf, type Remapping } from "./keys/mod.ts";
import {
  firstState,
  type JoinedPhone,
  Link,
  type Ownership,
  type PhoneNews,
  RecordLoader,
  ScreenStore,
  SYSTEM_TIMERS,
  type Timers,
} from "./model/mod.ts";
import { Reader } from "./reader/mod.ts";
import { glyphsOf, type LocaleChoice, wordsFor } from "./look/mod.ts";

export interface TuiOptions {
  /** Joins the phone, again when it went away. @throws OffhookError when there is none */
  join(): Promise<JoinedPhone>;
  ownership: Ownership;
  locale: LocaleChoice;
  theme: ThemeName;
  ascii: boolean;
  /** `[[screen.keys]]` of the configuration. */
  keys?: Remapping;
  /** Starts a station in the place of one that died, to be joined next. */
  startStation?(): Promise<void>;
  /** The phone is joined to the practice PBX. */
  practice: boolean;
  /** With the first-run tour. */
  tour?: boolean;
  environment(name: string): string | undefined;
  /** The screen, or the lines, take the terminal next. */
  ready?(): void;
  /** Lines instead of a screen: for a screen reader. */
  lines?: Lines;
  /** The mouse acts. */
  mouse?: boolean;
  terminal?: Terminal;
  timers?: Timers;
}

/** Lines in and out. */
export interface Lines {
  write(text: string): void;
  /** Undefined: the end, or a signal to go. @returns stops reading */
  read(take: (line: string | undefined) => void): () => void;
}

export interface TuiOutcome {
  how: Leaving;
  /** What goes on without us, and how to come back; empty when nothing does. */
  goodbye: string;
}

/** @throws OffhookError when no phone can be joined, or one of `keys` is wrong */
export async function openTui(options: TuiOptions): Promise<TuiOutcome> {
  const keymap = keymapOf(options.keys);
  const terminal = options.terminal ?? new ProcessTerminal();
  const session = new Session(options, keymap, terminal);
  return await session.run();
}

class Session {
  readonly #options: TuiOptions;
  readonly #timers: Timers;
  readonly #store: ScreenStore;
  readonly #words;
  readonly #link: Link;
  readonly #records: RecordLoader;
  readonly #controller: Controller;
  readonly #screen: FullScreen;
  readonly #left = Promise.withResolvers<Leaving>();

  constructor(
    options: TuiOptions,
    keymap: ReturnType<typeof keymapOf>,
    terminal: Terminal,
  ) {
    this.#options = options;
    const { locale, theme, ownership, environment } = options;
    const timers = this.#timers = options.timers ?? SYSTEM_TIMERS;
    const { columns, rows } = terminal;
    const now = timers.now();
    const store = this.#store = new ScreenStore(
      firstState({
        ...{ columns, rows, theme, ownership, now },
        tour: options.tour === true,
        startable: options.startStation !== undefined,
      }),
    );
    const words = this.#words = wordsFor(locale.language, locale.locale);
    this.#link = new Link({
      join: options.join,
      news: (news) => this.#take(news),
      joined: (joined, before) => this.#joined(joined, before),
      timers,
    });
    const phone = () => this.#link.phone;
    const records = this.#records = new RecordLoader(store, phone);
    this.#controller = new Controller({
      store,
      keymap,
      words,
      records,
      timers,
      program: {
        phone,
        leave: (how) => this.#left.resolve(how),
        suspend: () => this.#screen.suspend(),
        repaint: () => this.#screen.repaint(),
        ...(options.startStation && { startStation: () => this.#start(options.startStation!) }),
      },
      lines: options.lines !== undefined,
    });
    this.#screen = new FullScreen({
      store,
      words,
      glyphs: glyphsOf(options.ascii),
      keymap,
      practice: options.practice,
      controller: this.#controller,
      terminal,
      timers,
      mouse: options.mouse === true,
      environment,
      phone,
      hangup: () => this.#left.resolve("leave"),
    });
  }

  async run(): Promise<TuiOutcome> {
    // Joined before the screen is taken: an error is said on the ordinary one.
    await this.#link.open();
    this.#options.ready?.();
    return this.#options.lines === undefined
      ? await this.#onScreen()
      : await this.#inLines(this.#options.lines);
  }

  /** Append-only, for a screen reader. */
  async #inLines(lines: Lines): Promise<TuiOutcome> {
    const write = (text: string) => lines.write(text);
    const reader = new Reader({ controller: this.#controller, words: this.#words, write });
    reader.begin();
    const stop = lines.read((line) => {
      if (line === undefined) this.#left.resolve("leave");
      else void reader.take(line);
    });
    try {
      return this.#outcome(await this.#left.promise);
    } finally {
      reader.end();
      stop();
      this.#controller.close();
      await this.#link.leave();
    }
  }

  async #onScreen(): Promise<TuiOutcome> {
    try {
      return this.#outcome(await this.#screen.run(this.#left.promise));
    } finally {
      this.#controller.close();
      await this.#link.leave();
    }
  }

  async #start(start: () => Promise<void>): Promise<void> {
    await start();
    this.#link.hurry();
  }

  #outcome(how: Leaving): TuiOutcome {
    const { t } = this.#words;
    const { ownership, phone } = this.#store.get();
    if (ownership === "inside") return { how, goodbye: "" };
    if (how === "end") return { how, goodbye: t("left.ended") };
    return { how, goodbye: t(phone.calls.length > 0 ? "left.calls" : "left.running") };
  }

  #take(news: PhoneNews): void {
    this.#store.dispatch({ type: "news", news });
    if (news.type !== "event") return;
    const { event } = news;
    this.#records.take(event);
    // For who looked away; a screen reader is told by the announcements.
    const spoken = this.#options.lines !== undefined;
    if (event.type === "volume" && !spoken) this.#controller.say("volume.now", event);
    const [ended] = this.#store.get().phone.ended;
    if (event.type !== "call.ended" || spoken || ended === undefined) return;
    const { text, role } = endingOf(this.#store.get(), ended, this.#words);
    this.#store.dispatch({ type: "say", text, role });
  }

  #joined(joined: JoinedPhone, before: JoinedPhone | undefined): void {
    const { ownership = this.#options.ownership, name } = joined;
    this.#store.dispatch({ type: "station", ownership, name });
    void this.#records.begin();
    if (before === undefined) {
      return this.#controller.say(`link.${ownership}`, { quit: this.#controller.keyOf("quit") });
    }
    const same = before.process === joined.process;
    this.#controller.say(same ? "link.back" : "link.back.lost-calls", {}, same ? "good" : "warn");
  }
}
