/** Strings, colours and widths. */
export {
  type Filling,
  type LocaleChoice,
  type StringKey,
  type Words,
  wordsFor,
} from "./strings.ts";
export { cellText, clip, fit, shortAddress, toAscii, width, wrap } from "./text.ts";
export {
  type Glyphs,
  glyphsOf,
  hasBasicColours,
  type Look,
  type Role,
  type Theme,
  type ThemeName,
  themeOf,
  THEMES,
} from "./theme.ts";
