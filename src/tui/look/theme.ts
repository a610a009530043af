/**
 * Looks: colours by what a piece of text is, and glyphs with a plain ASCII form. State is always said
 * in words too, so that every theme, `none` included, tells the same. Pure.
 */
import type { ThemeName } from "../../base/names/mod.ts";

/** What a piece of text is. */
export type TextRole =
  | "text"
  | "dim"
  | "title"
  | "good"
  | "warn"
  | "bad"
  | "accent"
  | "key"
  | "selected"
  | "ringing"
  | "recording";

export interface TextStyle {
  color?: string;
  backgroundColor?: string;
  bold?: boolean;
  dimColor?: boolean;
  inverse?: boolean;
}

export type Theme = Readonly<Record<TextRole, TextStyle>>;

const DARK: Theme = {
  text: {},
  dim: { color: "#9aa5b1" },
  title: { bold: true },
  good: { color: "#5fd787" },
  warn: { color: "#ffd75f" },
  bad: { color: "#ff7b72", bold: true },
  accent: { color: "#5fd7ff" },
  key: { color: "#5fd7ff", bold: true },
  selected: { color: "#ffffff", backgroundColor: "#264f78", bold: true },
  ringing: { color: "#000000", backgroundColor: "#ffd75f", bold: true },
  recording: { color: "#ffffff", backgroundColor: "#d70000", bold: true },
};

const LIGHT: Theme = {
  text: {},
  dim: { color: "#5a5f66" },
  title: { bold: true },
  good: { color: "#006b2e" },
  warn: { color: "#7a4d00" },
  bad: { color: "#b00020", bold: true },
  accent: { color: "#00539c" },
  key: { color: "#00539c", bold: true },
  selected: { color: "#000000", backgroundColor: "#bcd9f5", bold: true },
  ringing: { color: "#000000", backgroundColor: "#ffd75f", bold: true },
  recording: { color: "#ffffff", backgroundColor: "#b00020", bold: true },
};

const CONTRAST: Theme = {
  text: { color: "#ffffff", backgroundColor: "#000000" },
  dim: { color: "#ffffff", backgroundColor: "#000000" },
  title: { color: "#ffffff", backgroundColor: "#000000", bold: true },
  good: { color: "#00ff00", backgroundColor: "#000000", bold: true },
  warn: { color: "#ffff00", backgroundColor: "#000000", bold: true },
  bad: { color: "#ff8080", backgroundColor: "#000000", bold: true },
  accent: { color: "#00ffff", backgroundColor: "#000000", bold: true },
  key: { color: "#00ffff", backgroundColor: "#000000", bold: true },
  selected: { color: "#000000", backgroundColor: "#ffffff", bold: true },
  ringing: { color: "#000000", backgroundColor: "#ffff00", bold: true },
  recording: { color: "#ffffff", backgroundColor: "#c00000", bold: true },
};

/** Weight and inversion only. */
const NONE: Theme = {
  text: {},
  dim: {},
  title: { bold: true },
  good: {},
  warn: { bold: true },
  bad: { bold: true },
  accent: {},
  key: { bold: true },
  selected: { inverse: true },
  ringing: { inverse: true, bold: true },
  recording: { inverse: true, bold: true },
};

/** Where there are sixteen colours, others would be brought to whichever is near: black on black. */
const DARK_BASIC: Theme = {
  text: {},
  dim: {},
  title: { bold: true },
  good: { color: "greenBright" },
  warn: { color: "yellowBright" },
  bad: { color: "redBright", bold: true },
  accent: { color: "cyanBright" },
  key: { color: "cyanBright", bold: true },
  selected: { color: "whiteBright", backgroundColor: "blue", bold: true },
  ringing: { color: "black", backgroundColor: "yellow" },
  recording: { color: "whiteBright", backgroundColor: "red", bold: true },
};

const LIGHT_BASIC: Theme = {
  ...DARK_BASIC,
  good: { color: "green" },
  warn: { color: "magenta" },
  bad: { color: "red", bold: true },
  accent: { color: "blue" },
  key: { color: "blue", bold: true },
};

const BASIC: Partial<Readonly<Record<ThemeName, Theme>>> = {
  dark: DARK_BASIC,
  light: LIGHT_BASIC,
};

const ALL: Readonly<Record<ThemeName, Theme>> = {
  dark: DARK,
  light: LIGHT,
  contrast: CONTRAST,
  none: NONE,
};

/** @param basic the terminal has sixteen colours */
export function themeOf(name: ThemeName, basic = false): Theme {
  return (basic ? BASIC[name] : undefined) ?? ALL[name];
}

/** Whether the environment promises sixteen colours and no more. */
export function hasBasicColours(environment: (name: string) => string | undefined): boolean {
  const forced = environment("FORCE_COLOR");
  if (forced !== undefined) return forced === "1";
  if (environment("COLORTERM") || environment("WT_SESSION")) return false;
  return !/256|direct|kitty|ghostty|alacritty|wezterm|foot|iterm/i.test(environment("TERM") ?? "");
}

const UNICODE = {
  call: "●",
  held: "‖",
  ringing: "◆",
  dialling: "○",
  ending: "×",
  incoming: "←",
  outgoing: "→",
  missed: "!",
  good: "✓",
  bad: "✗",
  muted: "⊘",
  locked: "▣",
  open: "□",
  recording: "●",
  full: "█",
  empty: "░",
  pointer: "›",
  star: "★",
  rule: "─",
  separator: "·",
  ellipsis: "…",
  spark: "▁▂▃▄▅▆▇█",
  gap: "·",
  up: "↑",
  down: "↓",
  cursor: "▏",
} as const;

export type Glyphs = Readonly<Record<keyof typeof UNICODE, string>> & {
  /** Everything on screen is to be ASCII. */
  ascii?: boolean;
};

const ASCII: Glyphs = {
  ascii: true,
  call: "*",
  held: "=",
  ringing: "!",
  dialling: "o",
  ending: "x",
  incoming: "<",
  outgoing: ">",
  missed: "!",
  good: "+",
  bad: "x",
  muted: "/",
  locked: "#",
  open: "-",
  recording: "*",
  full: "#",
  empty: ".",
  pointer: ">",
  star: "*",
  rule: "-",
  separator: "-",
  ellipsis: "~",
  spark: "_.-:=+*#",
  gap: " ",
  up: "^",
  down: "v",
  cursor: "_",
};

export function glyphsOf(ascii: boolean): Glyphs {
  return ascii ? ASCII : UNICODE;
}
