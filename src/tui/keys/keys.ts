/**
 * What a terminal sends, as key names and pasted text.
 *
 *     bytes ─► text ─► KeyDecoder.feed ─► KeyEvent, KeyEvent, …
 *                          └ a lone Esc waits: it may begin a sequence; `flush` ends the wait
 *
 * Pure. Understands what xterm, tmux, screen, the Linux console and their like send, Alt as an Esc
 * before the key, bracketed paste, and the mouse (SGR). What it does not know is dropped, never typed.
 */
import type { KeyName } from "../model/mod.ts";
import { type MouseEvent, mouseEvent } from "./mouse_event.ts";

export type KeyEvent =
  /** `burst`: came at once with other letters, as no fingers type them. */
  | { type: "key"; key: KeyName; burst?: true }
  | { type: "paste"; text: string }
  | MouseEvent;

const PASTE_BEGIN = "\u001b[200~";
const PASTE_END = "\u001b[201~";
/** Characters: a longer paste is no number. It is dropped whole, never typed; Ctrl-C ends it, too. */
const MAX_PASTE = 64 * 1024;
const CTRL_C = "\u0003";

/** CSI and SS3 finals. */
const FINALS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "shift+tab",
  M: "enter",
};

/** `CSI n ~`. */
const NUMBERED: Readonly<Record<string, KeyName>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

// deno-lint-ignore no-control-regex
const CSI = /^\u001b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])/;
// deno-lint-ignore no-control-regex
const MOUSE = /^\u001b\[<([\d;]*)([Mm])/;
// deno-lint-ignore no-control-regex
const LINUX_F = /^\u001b\[\[([A-E])/;
// deno-lint-ignore no-control-regex
const SS3 = /^\u001bO([\x40-\x7e])/;
/** A sequence whose end has not come yet. */
// deno-lint-ignore no-control-regex
const UNFINISHED = /^\u001b(?:$|\[\[?[\x20-\x3f]*$|O$)/;

export class KeyDecoder {
  #rest = "";
  #paste: string | undefined;
  #pasteIsTooLong = false;

  /** True while an Esc waits for what may follow. */
  get pending(): boolean {
    return this.#rest !== "";
  }

  feed(text: string): KeyEvent[] {
    const events: KeyEvent[] = [];
    this.#rest += text;
    while (this.#rest !== "" && this.#next(events));
    return events;
  }

  /** Nothing followed: the Esc was the key. */
  flush(): KeyEvent[] {
    const waited = this.#rest;
    this.#rest = "";
    return waited === "\u001b" ? [key("escape")] : [];
  }

  /** Takes one event off the front. @returns false when more must come first */
  #next(events: KeyEvent[]): boolean {
    if (this.#paste !== undefined) return this.#pasted(events);
    const rest = this.#rest;
    if (rest.startsWith(PASTE_BEGIN)) {
      this.#paste = "";
      this.#rest = rest.slice(PASTE_BEGIN.length);
      return true;
    }
    if (!rest.startsWith("\u001b")) {
      const [character] = rest;
      this.#rest = rest.slice(character!.length);
      events.push(key(nameOf(character!)));
      return true;
    }
    if (UNFINISHED.test(rest)) return false;
    return this.#escaped(events);
  }

  #escaped(events: KeyEvent[]): boolean {
    const rest = this.#rest;
    const linux = LINUX_F.exec(rest);
    if (linux !== null) {
      this.#rest = rest.slice(linux[0].length);
      events.push(key(`f${linux[1]!.charCodeAt(0) - 64}`));
      return true;
    }
    const mouse = MOUSE.exec(rest);
    if (mouse !== null) {
      this.#rest = rest.slice(mouse[0].length);
      const event = mouseEvent(mouse[1]!, mouse[2]!);
      if (event !== undefined) events.push(event);
      return true;
    }
    const sequence = CSI.exec(rest) ?? SS3.exec(rest);
    if (sequence !== null) {
      this.#rest = rest.slice(sequence[0].length);
      const name = sequence.length === 3
        ? sequenceName(sequence[1]!, sequence[2]!)
        : FINALS[sequence[1]!];
      if (name !== undefined) events.push(key(name));
      return true;
    }
    // Esc Esc is the key twice; Esc and a character is Alt.
    const [, character = ""] = [...rest];
    this.#rest = rest.slice(character === "\u001b" ? 1 : 1 + character.length);
    events.push(key(character === "\u001b" ? "escape" : `alt+${nameOf(character)}`));
    return true;
  }

  #pasted(events: KeyEvent[]): boolean {
    const mark = this.#pasteIsTooLong && this.#rest.includes(CTRL_C) ? CTRL_C : PASTE_END;
    const end = this.#rest.indexOf(mark);
    if (end >= 0) {
      const text = this.#paste! + this.#rest.slice(0, end);
      if (!this.#pasteIsTooLong) events.push({ type: "paste", text });
      this.#paste = undefined;
      this.#pasteIsTooLong = false;
      this.#rest = this.#rest.slice(end + mark.length);
      return true;
    }
    // The end mark itself may be cut in two.
    const held = this.#rest.lastIndexOf("\u001b");
    const safe = held >= 0 && this.#rest.length - held < PASTE_END.length
      ? held
      : this.#rest.length;
    this.#paste += this.#rest.slice(0, safe);
    this.#rest = this.#rest.slice(safe);
    if (this.#pasteIsTooLong || this.#paste!.length > MAX_PASTE) {
      this.#pasteIsTooLong = true;
      this.#paste = "";
    }
    return false;
  }
}

function sequenceName(parameters: string, final: string): KeyName | undefined {
  const [number = "", modifier = "1"] = parameters.split(";");
  const name = final === "~" ? NUMBERED[number] : FINALS[final];
  if (name === undefined) return undefined;
  const bits = Number(modifier) - 1;
  const prefix = `${bits & 4 ? "ctrl+" : ""}${bits & 2 ? "alt+" : ""}${bits & 1 ? "shift+" : ""}`;
  return prefix === "shift+" && name.startsWith("shift+") ? name : prefix + name;
}

function nameOf(character: string): KeyName {
  const code = character.codePointAt(0)!;
  switch (code) {
    case 13:
    case 10:
      return "enter";
    case 9:
      return "tab";
    case 27:
      return "escape";
    case 8:
    case 127:
      return "backspace";
    case 0:
      return "ctrl+space";
    case 31:
      return "ctrl+_";
  }
  return code < 32 ? `ctrl+${String.fromCharCode(code + 96)}` : character;
}

function key(name: KeyName): KeyEvent {
  return { type: "key", key: name };
}

/** Several letters of one read are a word: pasted without brackets, or typed while nobody read. */
export function withBursts(events: KeyEvent[]): KeyEvent[] {
  const isLetter = (event: KeyEvent) => event.type === "key" && /^\p{L}$/u.test(event.key);
  if (events.filter(isLetter).length < 2) return events;
  return events.map((event) =>
    isLetter(event) ? { ...event as KeyEvent & { type: "key" }, burst: true } : event
  );
}
