/**
 * The screen in Ink: rows of the frame, drawn when the state changes and at no other time.
 */
import { Box, Text } from "ink";
import { memo, useSyncExternalStore } from "react";
import { frameRows } from "./frame.ts";
import type { Keymap } from "./keymap.ts";
import { layOut, type Span } from "./rows.ts";
import type { Store } from "./store.ts";
import type { Words } from "./strings.ts";
import { type Glyphs, type Theme, themeOf } from "./theme.ts";

export interface AppProps {
  store: Store;
  words: Words;
  glyphs: Glyphs;
  keymap: Keymap;
  practice: boolean;
}

export function App({ store, words, glyphs, keymap, practice }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows } = state.screen.size;
  const theme = themeOf(state.screen.theme);
  const frame = frameRows({ state, words, glyphs, keymap, columns, rows, practice });
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {frame.map((row, at) => {
        const spans = trimmed(layOut(row, columns, glyphs), theme);
        return <Line key={at} spans={spans} theme={theme} />;
      })}
    </Box>
  );
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
}, (before, after) => before.theme === after.theme && sameSpans(before.spans, after.spans));

function sameSpans(one: readonly Span[], other: readonly Span[]): boolean {
  return one.length === other.length &&
    one.every(({ text, role }, at) => text === other[at]!.text && role === other[at]!.role);
}

/** Blanks that nothing colours need not be written. */
function trimmed(spans: Span[], theme: Theme): Span[] {
  const last = spans.at(-1);
  if (last === undefined) return spans;
  const { backgroundColor, inverse } = theme[last.role];
  if (backgroundColor !== undefined || inverse) return spans;
  const text = last.text.trimEnd();
  return text === "" ? spans.slice(0, -1) : [...spans.slice(0, -1), { ...last, text }];
}
