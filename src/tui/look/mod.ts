/** Strings, colours and widths. */
export {
  type Filling,
  type LocaleChoice,
  type StringKey,
  type Words,
  wordsFor,
} from "./strings.ts";
export { type Align, cellText, clip, fit, shortAddress, toAscii, width, wrap } from "./text.ts";
export {
  type Glyphs,
  glyphsOf,
  hasBasicColours,
  type TextRole,
  type TextStyle,
  type Theme,
  themeOf,
} from "./theme.ts";
