/** Small drawings: meters, sparklines, names of calls. Pure. */
import type { CallView } from "../../core/state/mod.ts";
import { type AppState, isRinging, type LiveCall, nameOf, type Verdict } from "../model/mod.ts";
import { acting, type Cell, type Row } from "./rows.ts";
import type { Keymap } from "../keys/mod.ts";
import {
  type Glyphs,
  shortAddress,
  type StringKey,
  type TextRole,
  type Words,
} from "../look/mod.ts";

/** What a view draws from. */
export interface Stage {
  state: AppState;
  words: Words;
  glyphs: Glyphs;
  keymap: Keymap;
  columns: number;
  /** Rows that the view may fill. */
  rows: number;
  /** Practice PBX: the empty list says what to try. */
  practice: boolean;
}

/** A view: rows, at most as many as the stage has; what does not fit is left out. */
export type View = (stage: Stage) => Row[];

/** dBFS that an empty and a full meter stand for. */
const METER_FLOOR = -60;

export function meter(level: number, columns: number, glyphs: Glyphs): string {
  const share = Math.max(0, Math.min(1, (level - METER_FLOOR) / -METER_FLOOR));
  const full = Math.round(share * columns);
  return glyphs.full.repeat(full) + glyphs.empty.repeat(columns - full);
}

/**
 * The last values as one character each.
 * @param ceiling the least value of a full column, so that small values look small
 */
export function sparkline(
  values: readonly (number | null)[],
  columns: number,
  ceiling: number,
  glyphs: Glyphs,
): string {
  const shown = values.slice(-columns);
  const top = Math.max(ceiling, ...shown.map((value) => value ?? 0));
  const steps = [...glyphs.spark];
  const drawn = shown.map((value) =>
    value === null
      ? glyphs.gap
      : steps[Math.min(steps.length - 1, Math.floor(value / top * steps.length))]
  );
  return drawn.join("").padStart(columns);
}

export const VERDICT_ROLES: Readonly<Record<Verdict["word"], TextRole>> = {
  unknown: "dim",
  good: "good",
  fair: "text",
  poor: "warn",
  bad: "bad",
};

/** `good`, `poor: 4 % of the sound is lost`. */
export function verdictText({ word, reason, value }: Verdict, words: Words): string {
  const said = words.t(`quality.${word}` as StringKey);
  if (reason === "none") return said;
  const digits = reason === "loss" ? 1 : 0;
  const why = words.t(`quality.why.${reason}` as StringKey, { value: words.number(value, digits) });
  return `${said}: ${why}`;
}

/** Who is on the line, as a person would say. */
export function whoOf(state: AppState, remote: CallView["remote"]): string {
  return nameOf(state, remote) ?? shortAddress(remote.uri);
}

export function stateWord(view: CallView, words: Words): string {
  if (view.state === "active" && view.hold.remote) return words.t("state.held.remote");
  return words.t(`state.${view.state}` as StringKey);
}

export function stateGlyph(view: CallView, glyphs: Glyphs): string {
  if (isRinging(view)) return glyphs.ringing;
  switch (view.state) {
    case "active":
      return view.hold.remote ? glyphs.held : glyphs.call;
    case "held":
      return glyphs.held;
    case "ending":
      return glyphs.ending;
    default:
      return glyphs.dialling;
  }
}

export function stateRole(view: CallView): TextRole {
  if (isRinging(view)) return "ringing";
  switch (view.state) {
    case "active":
      return view.hold.remote ? "warn" : "good";
    case "held":
      return "warn";
    case "ending":
      return "dim";
    default:
      return "accent";
  }
}

/** Since the answer, else since the beginning. */
export function timeOf(
  { view }: LiveCall,
  { state, words }: Pick<Stage, "state" | "words">,
): string {
  return words.duration(state.now - (view.answeredAt ?? view.startedAt));
}

/** A heading with a rule to the edge. */
export function heading(text: string, { glyphs }: Pick<Stage, "glyphs">): Row {
  return [
    { text: `${text} `, role: "title" },
    { text: "", fill: glyphs.rule, role: "dim", grow: true },
  ];
}

/** The part of a long list that keeps the chosen row in sight. */
function windowOf<T>(
  list: readonly T[],
  chosen: number,
  rows: number,
): { items: readonly T[]; from: number } {
  const from = Math.max(0, Math.min(chosen - (rows >> 1), list.length - rows));
  return { items: list.slice(from, from + rows), from };
}

/** The part of a list that keeps the chosen row in sight; a click chooses a row. */
export function listRows<T>(
  list: readonly T[],
  chosen: number,
  rows: number,
  draw: (item: T, chosen: boolean) => Row,
): Row[] {
  const { items, from } = windowOf(list, Math.max(0, chosen), rows);
  return items.map((item, at) => acting(draw(item, from + at === chosen), { choose: from + at }));
}

/** Marks the chosen row: a pointer with the cursor, and the role to its edge. */
export function chosenRow(cells: Row, chosen: boolean, glyphs: Glyphs): Row {
  if (!chosen) return [{ text: "  " }, ...cells];
  const pointer: Cell = { text: `${glyphs.pointer} `, cursor: true };
  return [pointer, ...cells].map((cell) => ({ ...cell, role: "selected" as const }));
}
