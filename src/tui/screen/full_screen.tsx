/**
 * The phone on the whole terminal, from taking it to giving it back.
 *
 *     Terminal ─► keys, mouse ─► Controller ─► Store ─► App (Ink) ─► Terminal
 *                                               ├─► LevelPainter (meters) ─► Terminal
 *                                               ├─► Notice (bell, title) ─► Terminal
 *                                               ├─► Clock, Meters: only while something shows them
 *     resize, Ctrl-L ─► all drawn again
 *     Ctrl-Z ─► Suspension: screen left, process stopped … fg ─► screen taken, all drawn again
 */
import { PassThrough } from "node:stream";
import { render } from "ink";
import type { Phone } from "../../control/contract/mod.ts";
import { App, type AppProps } from "./app.tsx";
import { ScreenClock } from "./screen_clock.ts";
import type { Controller } from "../controller/mod.ts";
import { LevelPainter } from "./level_painter.ts";
import { Meters } from "./meters.ts";
import { meantBy } from "./mouse.ts";
import type { KeyEvent } from "../keys/mod.ts";
import { Notice } from "./notice.ts";
import { type InkScreen, Suspension } from "./suspension.tsx";
import type { Terminal } from "./terminal.ts";
import { hasBasicColours } from "../look/mod.ts";
import type { Timers } from "../model/mod.ts";

/** ms without a change of size after which all is drawn again: a window is dragged in many steps. */
const SETTLED_MS = 80;

export interface FullScreenOptions extends AppProps {
  controller: Controller;
  terminal: Terminal;
  timers: Timers;
  mouse: boolean;
  environment(name: string): string | undefined;
  phone(): Phone | undefined;
  /** The terminal is gone, or a signal asks us to go. */
  hangup(): void;
}

export class FullScreen {
  readonly #options: FullScreenOptions;
  readonly #notice: Notice;
  readonly #painter: LevelPainter;
  #ink: InkScreen | undefined;
  #stopRepainting: () => void = () => {};

  constructor(options: FullScreenOptions) {
    this.#options = options;
    const { terminal, environment, words, timers } = options;
    const write = (text: string) => terminal.write(text);
    this.#notice = new Notice({ write, environment, words, timers });
    this.#painter = new LevelPainter(options, write);
  }

  /**
   * Shows the phone until `left` is resolved.
   * @throws what drawing threw; the terminal is as it was then, too
   */
  async run<Left>(left: Promise<Left>): Promise<Left> {
    const { store, terminal, timers, mouse, phone, hangup } = this.#options;
    const clock = new ScreenClock(store, timers);
    const meters = new Meters(store, phone);
    terminal.open({
      key: (event) => this.#take(event),
      resize: () => this.#resized(),
      hangup,
      continued: () => void this.#leave(() => terminal.retake()),
    }, { mouse });
    const stopListening = store.subscribe(() => this.#notice.look(store.get()));
    this.#notice.look(store.get());
    const app = this.#render();
    try {
      return await Promise.race([left, app.waitUntilExit().then(() => left)]);
    } finally {
      stopListening();
      this.#stopRepainting();
      this.#notice.close();
      clock.close();
      meters.close();
      this.#painter.close();
      app.unmount();
      await app.waitUntilExit().catch(() => {});
      terminal.close();
    }
  }

  /** Into the background of the shell, until `fg`. */
  suspend(): void {
    const { terminal, store } = this.#options;
    void this.#leave(() => terminal.suspend())?.then(() => {
      this.#measure();
      this.#notice.again(store.get());
    });
  }

  /** Draws all of it, whatever stands on the terminal. */
  repaint(): void {
    this.#measure();
    this.#painter.forget();
    this.#ink?.repaint();
    this.#painter.drew();
  }

  /** What a terminal does to what stands on it while it is resized, only it knows. */
  #resized(): void {
    this.#measure();
    this.#painter.forget();
    this.#stopRepainting();
    this.#stopRepainting = this.#options.timers.after(SETTLED_MS, () => this.repaint());
  }

  #measure(): void {
    const { terminal: { columns, rows }, store } = this.#options;
    store.dispatch({ type: "resize", columns, rows });
  }

  /** Leaves the screen for a while; Ink draws all of it afterwards. */
  #leave(meanwhile: () => void): Promise<void> | undefined {
    this.#painter.forget();
    return this.#ink?.leave(meanwhile);
  }

  #take(event: KeyEvent): void {
    const { controller } = this.#options;
    if (event.type !== "mouse") return controller.press(event);
    const { store, words, glyphs, keymap, practice } = this.#options;
    const state = store.get();
    const stage = { state, words, glyphs, keymap, practice, ...state.screen.size };
    const act = meantBy(event, stage);
    if (act !== undefined) controller.click(act);
  }

  #render() {
    const { store, words, glyphs, keymap, practice, terminal, environment } = this.#options;
    const basicColours = hasBasicColours(environment);
    return render(
      <>
        <Suspension offer={this.#offer} />
        <App {...{ store, words, glyphs, keymap, practice, basicColours }} />
      </>,
      {
        stdout: terminal.stdout,
        // Keys are read by the terminal: Ink knows neither F keys nor a paste apart.
        stdin: new PassThrough() as unknown as NodeJS.ReadStream,
        alternateScreen: true,
        incrementalRendering: true,
        exitOnCtrlC: false,
        patchConsole: false,
        interactive: true,
        maxFps: 60,
        onRender: () => this.#painter.drew(),
      },
    );
  }

  readonly #offer = (ink: InkScreen) => void (this.#ink = ink);
}
