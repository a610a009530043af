/**
 * Cells that a spreadsheet would run. A contact's name is often somebody else's word: `=HYPERLINK(…)`
 * in it must stay a name when the export is opened in a spreadsheet.
 *
 *     =1+1 ─► '=1+1 ─► =1+1        +49 30 1234567 stays: digits and signs can do nothing but count
 *
 * The apostrophe is how spreadsheets themselves mark text; reading takes it away again. Pure.
 */

/** What makes a cell a formula, also in its wide form (U+FF0B and others). */
const TRIGGER = /^[=+\-@\t\r\n＝＋－＠]/;
/** A telephone number: without letters nothing can be called. */
const NUMBER = /^\+[\d\s()./-]*$/;
/** Defused, or looking so. */
const MARKED = /^'(?='*[=+\-@\t\r\n＝＋－＠])/;

export function defused(cell: string): string {
  if (MARKED.test(cell)) return `'${cell}`;
  return TRIGGER.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

/** What {@link defused} was given. */
export function undefused(cell: string): string {
  return cell.replace(MARKED, "");
}
