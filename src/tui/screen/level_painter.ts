/**
 * Level meters, past Ink. Ten times a second one or two rows change, for which Ink would make the whole
 * screen anew: three quarters of what the screen costs in a call.
 *
 *     levels ───► Store ─► LevelPainter ─► the rows that differ, at their place ─► terminal
 *     the rest ─► Store ─► App ─► Ink ───► terminal ─► drew(): what was painted is painted again
 *
 * Ink goes on from what it drew last, and does not know what stands there now. So a row that was painted
 * once is painted again, whole, after each of Ink's frames. Both take their rows from `frameRows`.
 */
import { type AppProps, spansOf } from "./app.tsx";
import { coloured } from "./colours.tsx";
import { frameRows, type Row, sameRow } from "../draw/mod.ts";
import { themeOf } from "../look/mod.ts";

/** More rows than that do not differ by levels: Ink has something to draw. */
const MOST_ROWS = 4;

const SAVE_CURSOR = "\u001b7";
const RESTORE_CURSOR = "\u001b8";

export class LevelPainter {
  readonly #scene: AppProps;
  readonly #write: (text: string) => void;
  readonly #stopListening: () => void;
  /** What stands on screen; undefined: the screen is not ours to paint on. */
  #standing: readonly Row[] | undefined;
  /** Rows that Ink knows otherwise than they are, by number. */
  readonly #painted = new Set<number>();

  /** @param write to the terminal that Ink draws on, from its first row on */
  constructor(scene: AppProps, write: (text: string) => void) {
    this.#scene = scene;
    this.#write = write;
    this.#stopListening = scene.store.subscribeLevels(() => this.#paint());
  }

  /** Ink has drawn. */
  drew(): void {
    this.#standing = this.#frame();
    this.#writeRows();
  }

  /** The screen is left or cleared: nothing is painted until Ink has drawn again. */
  forget(): void {
    this.#standing = undefined;
    this.#painted.clear();
  }

  close(): void {
    this.forget();
    this.#stopListening();
  }

  #paint(): void {
    const before = this.#standing;
    if (before === undefined) return;
    const frame = this.#frame();
    const differing = frame.flatMap((row, at) => sameRow(row, before[at] ?? []) ? [] : [at]);
    if (frame.length !== before.length || differing.length > MOST_ROWS) return;
    for (const at of differing) this.#painted.add(at);
    this.#standing = frame;
    this.#writeRows();
  }

  #frame(): readonly Row[] {
    const { store, words, glyphs, keymap, practice } = this.#scene;
    const state = store.get();
    return frameRows({ state, words, glyphs, keymap, practice, ...state.screen.size });
  }

  #writeRows(): void {
    const rows = [...this.#painted].filter((at) => at < this.#standing!.length);
    if (rows.length === 0) return;
    const { store, glyphs } = this.#scene;
    const { size: { columns }, theme } = store.get().screen;
    const placed = rows.map((at) => {
      const spans = spansOf(this.#standing![at]!, columns, themeOf(theme), glyphs);
      return `\u001b[${at + 1};1H\u001b[2K${coloured(spans, theme)}`;
    });
    this.#write(SAVE_CURSOR + placed.join("") + RESTORE_CURSOR);
  }
}
