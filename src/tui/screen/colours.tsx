/**
 * A row's colours as escape sequences, for what is written past Ink. Which sequences a terminal takes
 * (true colour, 256, 16, none) is Ink's to know: it is asked once what it makes of each look.
 */
import { type ThemeName, THEMES } from "../../base/names/mod.ts";
import { Box, renderToString, Text } from "ink";
import type { Span } from "../draw/mod.ts";
import { type TextRole, type TextStyle, themeOf } from "../look/mod.ts";

interface Sequences {
  open: string;
  close: string;
}

/** By theme and role. Made before anything is drawn: Ink does not draw two things at once. */
const SEQUENCES = sequences();

export function coloured(spans: readonly Span[], theme: ThemeName): string {
  return spans.map(({ text, role }) => {
    const { open, close } = SEQUENCES.get(`${theme} ${role}`)!;
    return open + text + close;
  }).join("");
}

function sequences(): ReadonlyMap<string, Sequences> {
  const looks = THEMES.flatMap((theme) =>
    (Object.entries(themeOf(theme)) as [TextRole, TextStyle][])
      .map(([role, look]) => ({ key: `${theme} ${role}`, look }))
  );
  const lines = renderToString(
    <Box flexDirection="column">
      {looks.map(({ key, look }) => <Text key={key} {...look}>.</Text>)}
    </Box>,
  ).split("\n");
  return new Map(looks.map(({ key }, at) => {
    const [open = "", close = ""] = lines[at]!.split(".");
    return [key, { open, close }];
  }));
}
