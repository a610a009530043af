/**
 * The phone on the whole terminal, from taking it to giving it back.
 *
 *     Terminal ─► keys, mouse ─► Controller ─► Store ─► App (Ink) ─► Terminal
 *                                               ├─► LevelPainter (meters) ─► Terminal
 *                                               ├─► Notice (bell, title) ─► Terminal
 *                                               ├─► Clock, Meters: only while something shows them
 *     Ctrl-Z ─► Suspension: screen left, process stopped … fg ─► screen taken, all drawn again
 */
import { PassThrough } from "node:stream";
import { render } from "ink";
import type { Phone } from "../../control/contract/phone.ts";
import { App, type AppProps } from "./app.tsx";
import { Clock } from "./clock.ts";
import type { Controller } from "../act/controller.ts";
import { LevelPainter } from "./level_painter.ts";
import { Meters } from "./meters.ts";
import { meantBy } from "./mouse.ts";
import type { KeyEvent } from "../keys/keys.ts";
import { Notice } from "./notice.ts";
import { type LeaveScreen, Suspension } from "./suspension.tsx";
import type { Terminal } from "./terminal.ts";
import { hasBasicColours } from "../look/theme.ts";
import type { Timers } from "../model/timers.ts";

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
  #leaveScreen: LeaveScreen | undefined;

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
    const clock = new Clock(store, timers);
    const meters = new Meters(store, phone);
    terminal.open({
      key: (event) => this.#take(event),
      resize: (columns, rows) => store.dispatch({ type: "resize", columns, rows }),
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
      const { columns, rows } = terminal;
      store.dispatch({ type: "resize", columns, rows });
      this.#notice.again(store.get());
    });
  }

  /** Leaves the screen for a while; Ink draws all of it afterwards. */
  #leave(meanwhile: () => void): Promise<void> | undefined {
    this.#painter.forget();
    return this.#leaveScreen?.(meanwhile);
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

  readonly #offer = (leave: LeaveScreen) => void (this.#leaveScreen = leave);
}
