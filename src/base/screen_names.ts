/** Looks and languages of the screen, as the configuration, the flags and the screen name them. Pure. */

export const THEMES = ["dark", "light", "contrast", "none"] as const;
export type ThemeName = (typeof THEMES)[number];

export const LANGUAGES = ["en", "de", "es"] as const;
export type Language = (typeof LANGUAGES)[number];
