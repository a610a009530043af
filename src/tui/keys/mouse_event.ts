/** What a terminal says of its mouse (xterm, SGR 1006). Pure. */

/** Buttons and positions, in the form that knows no limit of columns (xterm, SGR 1006). */
export const MOUSE_ON = "\u001b[?1000h\u001b[?1006h";
export const MOUSE_OFF = "\u001b[?1006l\u001b[?1000l";

export interface MouseEvent {
  type: "mouse";
  what: "click" | "wheel-up" | "wheel-down";
  /** From 0, at the top left. */
  column: number;
  row: number;
}

/** `CSI < button ; column ; row M` (pressed) or `m` (released): only presses mean something. */
export function mouseEvent(parameters: string, final: string): MouseEvent | undefined {
  const [button = NaN, column = NaN, row = NaN] = parameters.split(";")
    .map((text) => text === "" ? NaN : Number(text));
  const what = button === 0
    ? "click"
    : button === 64
    ? "wheel-up"
    : button === 65
    ? "wheel-down"
    : undefined;
  if (final !== "M" || what === undefined || !(column > 0) || !(row > 0)) return undefined;
  return { type: "mouse", what, column: column - 1, row: row - 1 };
}
