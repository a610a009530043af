/**
 * The screen in Ink: rows of the frame, drawn when the state changes and at no other time.
 */
import { Box, Text, useCursor } from "ink";
import { memo, useRef, useSyncExternalStore } from "react";
import { cursorColumn, frameRows, layOut, type Row, sameRow, type Span } from "../draw/mod.ts";
import type { Keymap } from "../keys/mod.ts";
import { isTyping, type ScreenStore } from "../model/mod.ts";
import { type Glyphs, type Theme, themeOf, type Words } from "../look/mod.ts";

export interface AppProps {
  store: ScreenStore;
  words: Words;
  glyphs: Glyphs;
  keymap: Keymap;
  practice: boolean;
  /** The terminal has sixteen colours. */
  basicColours?: boolean;
}

export function App({ store, words, glyphs, keymap, practice, basicColours }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows } = state.screen.size;
  const theme = themeOf(state.screen.theme, basicColours);
  const frame = frameRows({ state, words, glyphs, keymap, columns, rows, practice });
  const drawn = useRef<Drawn>({ columns, theme, lines: [] });
  const lines = drawLines(frame, columns, theme, glyphs, drawn.current);
  drawn.current = { columns, theme, lines };
  useCursor().setCursorPosition(cursorIn(frame, columns, isTyping(state)));
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {lines.map(({ spans }, at) => <Line key={at} spans={spans} theme={theme} />)}
    </Box>
  );
}

/**
 * Where the terminal's cursor stands: on what has the focus. Screen magnifiers and braille displays
 * follow it. While one types that is the field, the last such place; else the first one.
 */
function cursorIn(
  frame: readonly Row[],
  columns: number,
  typing: boolean,
): { x: number; y: number } | undefined {
  const places = frame.flatMap((row, y) => {
    const x = cursorColumn(row, columns);
    return x === undefined ? [] : [{ x, y }];
  });
  return typing ? places.at(-1) : places[0];
}

interface LineProps {
  spans: readonly Span[];
  theme: Theme;
}

const Line = memo(function Line({ spans, theme }: LineProps) {
  return (
    <Text wrap="truncate-end">
      {spans.length === 0
        ? " "
        : spans.map(({ text, role }, at) => <Text key={at} {...theme[role]}>{text}</Text>)}
    </Text>
  );
});

/** What stands on screen, to be kept where a row is the same again. */
interface Drawn {
  columns: number;
  theme: Theme;
  lines: readonly { row: Row; spans: readonly Span[] }[];
}

/** A meter changes two rows ten times a second: the others are neither laid out nor drawn again. */
function drawLines(
  frame: readonly Row[],
  columns: number,
  theme: Theme,
  glyphs: Glyphs,
  before: Drawn,
): Drawn["lines"] {
  const kept = before.columns === columns && before.theme === theme ? before.lines : [];
  return frame.map((row, at) => {
    const same = kept[at];
    if (same !== undefined && sameRow(same.row, row)) return same;
    return { row, spans: spansOf(row, columns, theme, glyphs) };
  });
}

/** A row as it is drawn: blanks that nothing colours need not be written. */
export function spansOf(row: Row, columns: number, theme: Theme, glyphs: Glyphs): Span[] {
  const spans = layOut(row, columns, glyphs);
  const last = spans.at(-1);
  if (last === undefined) return spans;
  const { backgroundColor, inverse } = theme[last.role];
  if (backgroundColor !== undefined || inverse) return spans;
  const text = last.text.trimEnd();
  return text === "" ? spans.slice(0, -1) : [...spans.slice(0, -1), { ...last, text }];
}
