/**
 * Editing of one line of text, with the keys of a shell's line. Pure.
 *
 *     Left Right Home End, Ctrl-B Ctrl-F Ctrl-A Ctrl-E     move
 *     Backspace Delete, Ctrl-D                             one character
 *     Ctrl-W, Alt-Backspace; Ctrl-U; Ctrl-K                word before; all before; all behind
 */
import type { KeyName } from "./action_names.ts";

export interface Line {
  text: string;
  /** In UTF-16 code units, between two characters as a person counts them. */
  caret: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

type Edit = (before: string, behind: string) => [before: string, behind: string];

const EDITS: Readonly<Record<KeyName, Edit>> = {
  "left": (before, behind) => {
    const kept = withoutLast(before);
    return [kept, before.slice(kept.length) + behind];
  },
  "right": (before, behind) => {
    const passed = firstOf(behind);
    return [before + passed, behind.slice(passed.length)];
  },
  "home": (before, behind) => ["", before + behind],
  "end": (before, behind) => [before + behind, ""],
  "backspace": (before, behind) => [withoutLast(before), behind],
  "delete": (before, behind) => [before, behind.slice(firstOf(behind).length)],
  "ctrl+w": (before, behind) => [before.replace(/\S*\s*$/u, ""), behind],
  "ctrl+u": (_, behind) => ["", behind],
  "ctrl+k": (before) => [before, ""],
};

const ALIASES: Readonly<Record<KeyName, KeyName>> = {
  "ctrl+b": "left",
  "ctrl+f": "right",
  "ctrl+a": "home",
  "ctrl+e": "end",
  "ctrl+h": "backspace",
  "ctrl+d": "delete",
  "alt+backspace": "ctrl+w",
};

/** @returns undefined when the key edits nothing here: it may mean something else */
export function edited({ text, caret }: Line, key: KeyName): Line | undefined {
  const edit = EDITS[ALIASES[key] ?? key];
  if (edit === undefined) return undefined;
  const [before, behind] = edit(text.slice(0, caret), text.slice(caret));
  // Right at the end of the line is free for another meaning.
  if (key === "right" && before.length === caret) return undefined;
  return { text: before + behind, caret: before.length };
}

export function inserted({ text, caret }: Line, added: string): Line {
  return {
    text: text.slice(0, caret) + added + text.slice(caret),
    caret: caret + added.length,
  };
}

function withoutLast(text: string): string {
  return [...segmenter.segment(text)].slice(0, -1).map(({ segment }) => segment).join("");
}

function firstOf(text: string): string {
  return segmenter.segment(text)[Symbol.iterator]().next().value?.segment ?? "";
}
