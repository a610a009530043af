/** Lists of names that several folders share, each written once. Pure. */
export { GPIO_BIASES, type GpioBias } from "./gpio_bias.ts";
export type { Names } from "./names.ts";
export { mayAct, type Role, ROLES } from "./role.ts";
export { type Language, LANGUAGES, type ThemeName, THEMES } from "./screen_names.ts";
