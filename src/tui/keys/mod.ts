/** Keys as data. */
export { isDialled, keyLabel, Keymap, keymapOf, layersOf, type Remapping } from "./keymap.ts";
export { KeyDecoder, type KeyEvent, withBursts } from "./keys.ts";
export { MOUSE_OFF, MOUSE_ON, type MouseEvent } from "./mouse_event.ts";
export { paletteEntries, type PaletteEntry, paletteRow } from "./palette.ts";
