/** Looks and languages of the screen, as the configuration, the flags and the screen name them. Pure. */
import type { Names } from "./names.ts";

export const THEMES = ["dark", "light", "contrast", "none"] as const satisfies Names<4>;
export type ThemeName = (typeof THEMES)[number];

export const LANGUAGES = ["en", "de", "es"] as const satisfies Names<3>;
export type Language = (typeof LANGUAGES)[number];
