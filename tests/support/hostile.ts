/** What a stranger puts into a field to drive the terminal of who reads it. */
import assert from "node:assert/strict";

/** Stands around everything hostile: an output without it has not shown the field at all. */
export const MARK = "Mallory";

/** Sequences that a terminal would act on, without line ends: those no header can hold. */
export const HOSTILE = [
  "\u001b]0;title\u0007",
  "\u001b]52;c;cm0gLXJm\u0007",
  "\u001b[2J\u001b[31m",
  "\u009b2J\u009d0;title\u009c\u0085",
  "\u0007\u0008\u007f",
  "\u202egnp.exe\u2066\u2069\u200e\u200f\u061c",
  "\u200b\u200d\u2060\ufeff\u00ad\u{e0041}",
  "\u2028\u2029",
].map((sequence) => `${MARK}${sequence}`).join("");

/** With everything that only a file or a program can say. */
export const HOSTILE_LINES = `${HOSTILE}\r\n\t${MARK}\ud800\u0000\r${MARK}`;

// deno-lint-ignore no-control-regex
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb]|\p{Cs}|\p{DI}/u;

/** Nothing that drives a terminal, turns the direction or hides; lines and tabs are allowed. */
export function assertHarmless(text: string, where = ""): void {
  const found = HARMFUL.exec(text);
  if (found === null) return;
  const around = text.slice(Math.max(0, found.index - 60), found.index + 20);
  assert.fail(`${where} has U+${found[0].codePointAt(0)!.toString(16)} in ${escape(around)}`);
}
