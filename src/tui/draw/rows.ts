/**
 * Rows of a screen as data: cells with a role and a width, laid out so that no name, however wide its
 * letters, moves a column. Pure; Ink only draws the result.
 *
 *     Cell[] ─► layOut(columns) ─► Span[] (texts that fill the row exactly)
 */
import type { ActionName, AnswerName } from "../model/mod.ts";
import { type Align, cellText, fit, type TextRole, toAscii, width } from "../look/mod.ts";

/** What a click does: an action, or the choice of a row of the list in front. */
export type Act = { action: ActionName | AnswerName } | { choose: number };

export interface Cell {
  text: string;
  role?: TextRole;
  /** Columns; absent: as wide as the text. */
  width?: number;
  /** Takes what the others leave; several share it. */
  grow?: boolean;
  align?: Align;
  /** Repeated over the width that it is given, instead of a text. */
  fill?: string;
  /** Cells with the highest number are left out first when a row is too narrow. Default 0: stays. */
  drop?: number;
  act?: Act;
  /** The terminal's cursor stands at its beginning, when this is what has the focus. */
  cursor?: boolean;
}

export type Row = readonly Cell[];

export interface Span {
  text: string;
  role: TextRole;
  act?: Act;
  cursor?: boolean;
}

/** How text is cut, and whether only ASCII can be shown. */
interface Lettering {
  ellipsis: string;
  ascii?: boolean;
}

const UNICODE: Lettering = { ellipsis: "…" };

/** Texts of exactly `columns` together; a row's background reaches the edge. */
export function layOut(row: Row, columns: number, lettering = UNICODE): Span[] {
  const { ellipsis, ascii = false } = lettering;
  const cells = narrowed(row.map((cell) => cleaned(cell, ascii)), columns);
  const fixed = cells.reduce((sum, cell) => sum + (cell.grow ? 0 : widthOf(cell)), 0);
  const growing = cells.filter(({ grow }) => grow).length;
  const spans: Span[] = [];
  let left = columns;
  let spare = Math.max(0, columns - fixed);
  let sharing = growing;
  for (const cell of cells) {
    let wanted = widthOf(cell);
    if (cell.grow) {
      wanted = Math.floor(spare / sharing);
      spare -= wanted;
      sharing--;
    }
    const room = Math.min(wanted, left);
    if (room <= 0) continue;
    const text = cell.fill === undefined
      ? fit(cell.text, room, cell.align, ellipsis)
      : cell.fill.repeat(room);
    const { role = "text", act, cursor } = cell;
    spans.push({ text, role, ...(act && { act }), ...(cursor && { cursor }) });
    left -= room;
  }
  if (left > 0) spans.push({ text: " ".repeat(left), role: fillOf(row) });
  return joined(spans);
}

/** Whether two rows look the same. */
export function sameRow(one: Row, other: Row): boolean {
  return one.length === other.length && one.every((cell, at) => {
    const { text, role, width, grow, align, fill, drop, cursor } = other[at]!;
    return cell.text === text && cell.role === role && cell.width === width &&
      cell.grow === grow && cell.align === align && cell.fill === fill && cell.drop === drop &&
      cell.cursor === cursor;
  });
}

/** Left and right rows side by side, `gap` columns between them. */
export function beside(
  left: readonly Row[],
  right: readonly Row[],
  columns: number,
  leftColumns: number,
  gap = 2,
): Row[] {
  const height = Math.max(left.length, right.length);
  const rightColumns = columns - leftColumns - gap;
  return Array.from({ length: height }, (_, at) => [
    ...fixedRow(left[at] ?? [], leftColumns),
    { text: "", width: gap },
    ...fixedRow(right[at] ?? [], rightColumns),
  ]);
}

function fixedRow(row: Row, columns: number): Cell[] {
  return layOut(row, columns).map((span) => ({ ...span, width: width(span.text) }));
}

function cleaned(cell: Cell, ascii: boolean): Cell {
  const text = ascii ? toAscii(cellText(cell.text)) : cellText(cell.text);
  return text === cell.text ? cell : { ...cell, text };
}

/** What a growing cell must have before others are dropped for it. */
const GROW_MIN = 8;

function narrowed(cells: Cell[], columns: number): Cell[] {
  let kept = cells;
  const needed = () =>
    kept.reduce(
      (sum, cell) => sum + (cell.grow ? Math.min(GROW_MIN, width(cell.text)) : widthOf(cell)),
      0,
    );
  while (needed() > columns) {
    const most = Math.max(...kept.map(({ drop = 0 }) => drop));
    if (most <= 0) break;
    kept = kept.filter(({ drop = 0 }) => drop !== most);
  }
  return kept;
}

function widthOf(cell: Cell): number {
  return cell.width ?? width(cell.text);
}

/** Rows of one role have it to the edge. */
function fillOf(row: Row): TextRole {
  const role = row[0]?.role;
  return role !== undefined && row.every((cell) => cell.role === role) ? role : "text";
}

function joined(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last?.role === span.role && last.act === span.act && !span.cursor) last.text += span.text;
    else merged.push({ ...span });
  }
  return merged;
}

/** What stands in a column of the row. */
export function spanAt(row: Row, column: number, columns: number): Span | undefined {
  let from = 0;
  return layOut(row, columns).find(({ text }) => {
    from += width(text);
    return column < from;
  });
}

/** The column where the cursor stands; undefined: not in this row. */
export function cursorColumn(row: Row, columns: number): number | undefined {
  if (!row.some(({ cursor }) => cursor)) return undefined;
  let from = 0;
  for (const { text, cursor } of layOut(row, columns)) {
    if (cursor) return from;
    from += width(text);
  }
  return undefined;
}

/** The same row, every cell of it with this click. */
export function acting(row: Row, act: Act): Row {
  return row.map((cell) => ({ ...cell, act }));
}

/** A row all of one role. */
export function line(text: string, role: TextRole = "text"): Row {
  return [{ text, role, grow: true }];
}

export const BLANK: Row = [];
